-- Refuses what would change the journal's tables, or the functions that protect them, to everybody but migrations: by
-- privileges their owner may do it, and so may whoever is superuser. Run by a role that may make event triggers, which
-- owns all of this; it can be repeated.
select pg_advisory_xact_lock(hashtext('ledger_guard'));
create schema if not exists ledger_guard;

create or replace function ledger_guard.refuse_ddl() returns event_trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    -- Catalogs are read, not names resolved: whoever makes a table of his own need not see the ledger.
    tables constant oid[] := array(
        select c.oid from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'ledger' and c.relname in ('journal', 'lease', 'fence')
    );
    functions constant oid[] := array(
        select p.oid from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'ledger' and p.proname in ('refuse_change', 'raise_fence', 'refuse_lower_epoch')
    );
    touched text;
begin
    if coalesce(current_setting('pyplatform.migration', true), '') <> '' then
        return;
    end if;
    if cardinality(tables) <> 3 or cardinality(functions) <> 3 then
        touched := 'the schema ledger';
    elsif exists (select from pg_inherits where inhparent = any(tables)) then
        touched := 'what is read of the journal';
    elsif tg_event = 'sql_drop' then
        select object_identity into touched from pg_event_trigger_dropped_objects()
        where address_names[1] = 'ledger' and address_names[2] in ('journal', 'lease', 'fence') limit 1;
    else
        select d.object_identity into touched from pg_event_trigger_ddl_commands() as d
        where d.command_tag <> 'COMMENT' and case d.classid
            when 'pg_class'::regclass then d.objid = any(tables)
            when 'pg_proc'::regclass then d.objid = any(functions)
            when 'pg_trigger'::regclass then (select tgrelid from pg_trigger where oid = d.objid) = any(tables)
            when 'pg_rewrite'::regclass then (select ev_class from pg_rewrite where oid = d.objid) = any(tables)
            when 'pg_policy'::regclass then (select polrelid from pg_policy where oid = d.objid) = any(tables)
            else false
        end limit 1;
    end if;
    if touched is not null then
        raise exception 'the journal is append-only: % refused, it would change %', tg_tag, touched
            using errcode = 'insufficient_privilege', hint = 'only a migration of the platform may change it';
    end if;
end
$$;

drop event trigger if exists ledger_refuses_ddl;
drop event trigger if exists ledger_refuses_drop;
create event trigger ledger_refuses_ddl on ddl_command_end execute function ledger_guard.refuse_ddl();
create event trigger ledger_refuses_drop on sql_drop execute function ledger_guard.refuse_ddl();
-- Also in a session that replays somebody else's changes, where ordinary triggers sleep.
alter event trigger ledger_refuses_ddl enable always;
alter event trigger ledger_refuses_drop enable always;
