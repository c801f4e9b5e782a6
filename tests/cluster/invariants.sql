-- Reads the journal and the history (history.sql) after everything was drained. Each row of `problems` is a broken promise; the last
-- statements print them, and what was counted. `ttl` and `lease` are variables, in microseconds.

CREATE TEMP TABLE journal (number bigserial, at bigint, life text, word text, call text, who text, detail text);
\copy journal (at, life, word, call, who, detail) FROM pstdin DELIMITER ' '
CREATE INDEX ON journal (word, call, who, at);
ANALYZE journal;

CREATE TEMP TABLE problems (promise text, what text);

-- What somebody was told, and when the request began.
CREATE TEMP VIEW acknowledged AS
SELECT word, call, who, life, at AS answered, detail::bigint AS began FROM journal
WHERE word IN ('start', 'join', 'leave', 'end', 'beat');

CREATE TEMP TABLE ended AS
SELECT new ->> 'id' AS call, at, transaction, by, (new ->> 'end_reason')::int AS reason FROM history.changes
WHERE kind = 'calls' AND new ->> 'ended_at' IS NOT NULL AND old ->> 'ended_at' IS NULL;

-- Who went out, and whether the call ended with that.
CREATE TEMP TABLE went AS
SELECT calls.id AS call, new ->> 'user_id' AS who, changes.at, changes.by, ended.reason
FROM history.changes JOIN messenger.calls ON calls.sequence = (new ->> 'call_sequence')::bigint
LEFT JOIN ended ON ended.call = calls.id AND ended.transaction = changes.transaction
WHERE kind = 'call_participants' AND new ->> 'left_at' IS NOT NULL AND old ->> 'left_at' IS NULL;
CREATE INDEX ON went (call, who);

-- Inactive (3), or taken out of a call that goes on without having asked for it: a request that got no answer may arrive late.
CREATE TEMP TABLE evicted AS
SELECT * FROM went
WHERE reason IS NOT DISTINCT FROM 3
   OR (reason IS NULL AND NOT EXISTS (SELECT 1 FROM journal AS asked WHERE word = 'leaving' AND asked.call = went.call
       AND asked.who = went.who AND asked.at BETWEEN went.at - 10000000 AND went.at
       AND NOT EXISTS (SELECT 1 FROM journal AS answer WHERE word IN ('leave', 'stays') AND answer.call = asked.call
         AND answer.who = asked.who AND answer.detail = asked.detail AND answer.at < went.at)));

CREATE TEMP TABLE claims AS
SELECT number, at, by, new ->> 'id' AS job, new ->> 'call_id' AS call, (new ->> 'leased_until')::bigint - :lease AS claimed,
       (old ->> 'leased_until')::bigint AS leased
FROM history.changes WHERE kind = 'jobs' AND (new ->> 'token')::bigint > (old ->> 'token')::bigint;

CREATE TEMP TABLE settlements AS
SELECT old ->> 'id' AS job, old ->> 'token' AS token FROM history.changes
WHERE kind = 'jobs' AND old ->> 'leased_until' IS NOT NULL AND (new IS NULL OR new ->> 'leased_until' IS NULL);
CREATE INDEX ON settlements (job, token);

INSERT INTO problems SELECT 'a call ends once', format('call %s changed after its end', old ->> 'id')
FROM history.changes WHERE kind = 'calls' AND old ->> 'ended_at' IS NOT NULL
  AND (new IS NULL OR new ->> 'ended_at' IS DISTINCT FROM old ->> 'ended_at' OR new ->> 'end_reason' IS DISTINCT FROM old ->> 'end_reason');

INSERT INTO problems SELECT 'a ring ends once', format('a ring of %s changed after its end: %s, then %s', old ->> 'user_id', old ->> 'state', new ->> 'state')
FROM history.changes WHERE kind = 'call_rings' AND (old ->> 'state')::int <> 1 AND new ->> 'state' IS DISTINCT FROM old ->> 'state';

INSERT INTO problems SELECT 'a ring is announced once', format('%s times that %s is not rung in call %s any more', count(*), who, call)
FROM journal WHERE word = 'RingStopped' GROUP BY call, who HAVING count(*) > 1;

INSERT INTO problems SELECT 'a job has one worker', format('job %s was taken over by %s, %s us before its lease ended', job, by, leased - claimed)
FROM claims WHERE leased > claimed;

-- A renewal that came too late for the claim counts no more: the lease before it does.
INSERT INTO problems SELECT 'one job of a call at a time', format('%s claimed job %s of call %s while job %s was leased for another %s us', by, claims.job, call, other.job, other.leased - claimed)
FROM claims CROSS JOIN LATERAL (
  SELECT DISTINCT ON (coalesce(new, old) ->> 'id') coalesce(new, old) ->> 'id' AS job,
         CASE WHEN new ->> 'token' = old ->> 'token' AND new ->> 'leased_until' IS NOT NULL
              THEN least((old ->> 'leased_until')::bigint, (new ->> 'leased_until')::bigint) ELSE (new ->> 'leased_until')::bigint END AS leased
  FROM history.changes WHERE kind = 'jobs' AND coalesce(new, old) ->> 'call_id' = claims.call AND changes.number < claims.number
    AND coalesce(new, old) ->> 'id' <> claims.job
  ORDER BY coalesce(new, old) ->> 'id', changes.number DESC) AS other
WHERE other.leased > claims.claimed;

INSERT INTO problems SELECT 'only the latest claim settles', format('%s settled job %s with token %s, which was not the latest', life, call, detail)
FROM journal WHERE word = 'settled' AND NOT EXISTS (SELECT 1 FROM settlements WHERE job = journal.call AND token = journal.detail);

INSERT INTO problems SELECT 'a job is settled once', format('job %s was settled %s times with token %s', call, count(*), detail)
FROM journal WHERE word = 'settled' GROUP BY call, detail HAVING count(*) > 1;

INSERT INTO problems SELECT 'what is acknowledged is stored', format('%s was told to have left call %s', who, call)
FROM acknowledged WHERE word = 'leave' AND NOT EXISTS (SELECT 1 FROM went WHERE went.call = acknowledged.call AND went.who = acknowledged.who
  AND went.at BETWEEN began AND answered);

INSERT INTO problems SELECT 'what is acknowledged is stored', format('%s was told to have ended call %s', who, call)
FROM acknowledged WHERE word = 'end' AND NOT EXISTS (SELECT 1 FROM ended WHERE ended.call = acknowledged.call AND ended.at BETWEEN began AND answered);

INSERT INTO problems SELECT 'a heartbeat counts for a TTL', format('%s was evicted from call %s by %s, %s ms after a heartbeat was sent that %s acknowledged', who, call, by, (at - latest.began) / 1000, latest.life)
FROM evicted CROSS JOIN LATERAL (SELECT began, life FROM acknowledged WHERE word IN ('start', 'join', 'beat') AND acknowledged.call = evicted.call
  AND acknowledged.who = evicted.who AND answered < evicted.at ORDER BY answered DESC LIMIT 1) AS latest
WHERE evicted.at - latest.began < :ttl - 1000000;

-- Those who stay keep sending, to one process or another, and never leave. When the machine was too busy for that, nothing is shown.
CREATE TEMP TABLE stayers_evicted AS
SELECT *, (SELECT max(next - sent) FROM (SELECT sent.at AS sent, lead(sent.at, 1, evicted.at) OVER (ORDER BY sent.at) AS next FROM journal AS sent
  WHERE word = 'beating' AND sent.call = evicted.call AND sent.who = evicted.who AND sent.at BETWEEN evicted.at - 3 * :ttl AND evicted.at) AS gaps) AS gap
FROM evicted WHERE who ~ '^quiet.*-u[01]$';

INSERT INTO problems SELECT 'who keeps sending stays', format('%s was evicted from call %s by %s at %s', who, call, by, at)
FROM stayers_evicted WHERE gap < :ttl - 1000000;

-- An event may be missing when its process was killed, or was not told that the change was made.
CREATE TEMP TABLE unsaid AS SELECT call FROM journal WHERE word = 'lost';
CREATE TEMP TABLE killed AS SELECT call AS life FROM journal WHERE word = 'killed';
INSERT INTO problems SELECT 'an end is announced', format('call %s ended, and %s did not say so', call, by)
FROM ended WHERE call NOT IN (SELECT call FROM journal WHERE word = 'CallEnded') AND by NOT IN (TABLE killed) AND call NOT IN (TABLE unsaid);
INSERT INTO problems SELECT 'a start is announced', format('call %s started, and %s did not say so', new ->> 'id', by)
FROM history.changes WHERE kind = 'calls' AND old IS NULL AND by NOT IN (TABLE killed)
  AND new ->> 'id' NOT IN (SELECT call FROM journal WHERE word = 'CallStarted') AND new ->> 'id' NOT IN (TABLE unsaid);

INSERT INTO problems SELECT 'a room goes with its call', format('call %s had a room, and its teardown is not complete', id)
FROM messenger.calls WHERE NOT teardown_complete AND id IN (SELECT call FROM journal WHERE word = 'made');

SELECT format('%s: %s', promise, what) FROM problems LIMIT 100;
SELECT format('counted: %s calls, %s acknowledged requests, %s jobs settled, %s taken over, %s rings, %s rooms made, %s evicted of those who fell silent, %s stayers evicted (%s of them had no process to send to); %s problems',
  (SELECT count(*) FROM messenger.calls), (SELECT count(*) FROM acknowledged), (SELECT count(*) FROM settlements),
  (SELECT count(*) FROM claims WHERE leased IS NOT NULL), (SELECT count(*) FROM messenger.call_rings),
  (SELECT count(DISTINCT call) FROM journal WHERE word = 'made'),
  (SELECT count(*) FROM evicted) - (SELECT count(*) FROM stayers_evicted), (SELECT count(*) FROM stayers_evicted),
  (SELECT count(*) FROM stayers_evicted WHERE gap IS NULL OR gap >= :ttl - 1000000), (SELECT count(*) FROM problems));
