-- Every change of a row of the library, in the transaction that made it: a history that no crash can lose.
CREATE SCHEMA history;

CREATE TABLE history.changes (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,  -- microseconds on the wall clock, as in the journal
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  by text NOT NULL DEFAULT current_setting('application_name'),  -- which life of which process
  kind text NOT NULL,
  old jsonb,
  new jsonb
);
CREATE INDEX ON history.changes ((coalesce(new, old) ->> 'call_id'), number) WHERE kind = 'jobs';

CREATE FUNCTION history.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO history.changes (at, kind, old, new)
  VALUES (extract(epoch FROM clock_timestamp()) * 1000000, TG_TABLE_NAME,
          CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
  RETURN NULL;
END $$;

CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON messenger.calls FOR EACH ROW EXECUTE FUNCTION history.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON messenger.call_participants FOR EACH ROW EXECUTE FUNCTION history.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON messenger.call_rings FOR EACH ROW EXECUTE FUNCTION history.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON messenger.jobs FOR EACH ROW EXECUTE FUNCTION history.note();
