-- Makes a role that services act as: it cannot log in and owns nothing, so that rights and row-level security bind it.
create procedure eventstore.make_role(name text)
    language plpgsql
    as $$
begin
    begin
        if not exists (select 1 from pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    exception
        -- Roles belong to the whole cluster: another database may be making it at this moment.
        when duplicate_object or unique_violation then null;
    end;
    if not pg_has_role(current_user, name, 'set') then
        execute format('grant %I to %I', name, current_user);
    end if;
end
$$;
