-- Services act as this role, which owns nothing: row-level security binds it, as it does not bind owners.
do $$
begin
    if not exists (select 1 from pg_roles where rolname = 'pyplatform_app') then
        create role pyplatform_app nologin;
    end if;
exception
    -- Roles belong to the whole cluster: another database may be making it at this moment.
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    if not pg_has_role(current_user, 'pyplatform_app', 'set') then
        execute format('grant pyplatform_app to %I', current_user);
    end if;
end
$$;

grant usage on schema eventstore to pyplatform_app;
