-- A database of the library 0.1, in the middle of calls; made by that library, dumped as text.
BEGIN TRANSACTION;
CREATE TABLE call_participants (
         sequence INTEGER PRIMARY KEY,
         id TEXT NOT NULL UNIQUE,
         call_sequence INTEGER NOT NULL REFERENCES calls (sequence),
         user_type TEXT NOT NULL,
         user_id TEXT NOT NULL,
         kicked INTEGER NOT NULL DEFAULT 0 CHECK (kicked IN (0, 1)),
         left_at INTEGER,
         created_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL,
         last_heard_at INTEGER NOT NULL,
         heard_by INTEGER NOT NULL,
         UNIQUE (call_sequence, user_type, user_id),
         CHECK (kicked = 0 OR left_at IS NOT NULL)
       ) STRICT;
INSERT INTO "call_participants" VALUES(1,'01KDVDNA007Z412HGDJGP3NB39',1,'user','ann',0,1767225660000000,1767225600000000,1767225660000000,1767225600000000,1977392559430888653);
INSERT INTO "call_participants" VALUES(2,'01KDVDRZ606KDMMVHQXJHXRDGF',2,'user','ann',0,NULL,1767225720000000,1767225720000000,1767225720000000,1977392559430888653);
INSERT INTO "call_participants" VALUES(3,'01KDVDRZ606KDMMVHQXJHXRDGJ',2,'user','bob',1,1767225720000000,1767225720000000,1767225720000000,1767225720000000,1977392559430888653);
INSERT INTO "call_participants" VALUES(4,'01KDVDRZ606KDMMVHQXJHXRDGK',2,'user','cat',0,NULL,1767225720000000,1767225720000000,1767225740000000,1977392559430888653);
INSERT INTO "call_participants" VALUES(5,'01KDVDSJQ0JWAV3GRWYAFAFSNH',3,'user','bob',0,NULL,1767225740000000,1767225740000000,1767225740000000,1977392559430888653);
INSERT INTO "call_participants" VALUES(6,'01KDVDSJQ0JWAV3GRWYAFAFSNM',4,'user','cat',0,NULL,1767225740000000,1767225740000000,1767225740000000,1977392559430888653);
CREATE TABLE calls (
         sequence INTEGER PRIMARY KEY,
         id TEXT NOT NULL UNIQUE,
         thread_id TEXT NOT NULL,
         owner_type TEXT NOT NULL,
         owner_id TEXT NOT NULL,
         type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 255),
         created_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL,
         ended_at INTEGER,
         end_reason INTEGER CHECK (end_reason BETWEEN 1 AND 255),
         ended_by_type TEXT,
         ended_by_id TEXT,
         setup_complete INTEGER NOT NULL DEFAULT 0 CHECK (setup_complete IN (0, 1)),
         teardown_complete INTEGER NOT NULL DEFAULT 0 CHECK (teardown_complete IN (0, 1)),
         room_may_exist INTEGER NOT NULL DEFAULT 0 CHECK (room_may_exist IN (0, 1)),
         room_id TEXT,
         room_pin TEXT,
         room_payload TEXT,
         room_secret TEXT,
         revision INTEGER NOT NULL,
         CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
         CHECK ((ended_by_type IS NULL) = (ended_by_id IS NULL)),
         CHECK (ended_by_type IS NULL OR ended_at IS NOT NULL),
         CHECK (teardown_complete = 0 OR ended_at IS NOT NULL),
         CHECK (setup_complete = 1 OR coalesce(room_id, room_pin, room_payload, room_secret) IS NULL)
       ) STRICT;
INSERT INTO "calls" VALUES(1,'01KDVDNA007Z412HGDJGP3NB38','pair','user','ann',1,1767225600000000,1767225660000000,1767225660000000,1,'user','ann',1,0,1,'room-01KDVDNA007Z412HGDJGP3NB38','1234',NULL,'swordfish',4);
INSERT INTO "calls" VALUES(2,'01KDVDRZ606KDMMVHQXJHXRDGE','team','user','ann',1,1767225720000000,1767225720000000,NULL,NULL,NULL,NULL,1,0,1,'room-01KDVDRZ606KDMMVHQXJHXRDGE','1234',NULL,'swordfish',6);
INSERT INTO "calls" VALUES(3,'01KDVDSJQ0JWAV3GRWYAFAFSNG','other','user','bob',1,1767225740000000,1767225740000000,NULL,NULL,NULL,NULL,0,0,1,NULL,NULL,NULL,NULL,2);
INSERT INTO "calls" VALUES(4,'01KDVDSJQ0JWAV3GRWYAFAFSNK','late','user','cat',1,1767225740000000,1767225740000000,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,NULL,NULL,1);
CREATE TABLE jobs (
         sequence INTEGER PRIMARY KEY,
         id TEXT NOT NULL UNIQUE,
         type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 255),
         queue TEXT NOT NULL,
         call_id TEXT,
         cutoff INTEGER,
         created_at INTEGER NOT NULL,
         available_at INTEGER NOT NULL,
         attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
         token INTEGER NOT NULL DEFAULT 0,
         leased_until INTEGER,
         parked INTEGER NOT NULL DEFAULT 0 CHECK (parked IN (0, 1)),
         last_error TEXT,
         CHECK (parked = 0 OR leased_until IS NULL)
       ) STRICT;
INSERT INTO "jobs" VALUES(1,'01KDVDQ4K0ANKE2XYJJKX2S8R6',2,'messenger','01KDVDNA007Z412HGDJGP3NB38',NULL,1767225660000000,1767225660000000,1,1,NULL,1,'the video driver''s destroy returned false');
INSERT INTO "jobs" VALUES(2,'01KDVDSJQ0JWAV3GRWYAFAFSNJ',1,'messenger','01KDVDSJQ0JWAV3GRWYAFAFSNG',NULL,1767225740000000,1767225740000000,1,1,1767225770000000,0,NULL);
INSERT INTO "jobs" VALUES(3,'01KDVDSJQ0JWAV3GRWYAFAFSNN',1,'messenger','01KDVDSJQ0JWAV3GRWYAFAFSNK',NULL,1767225740000000,1767225740000000,0,0,NULL,0,NULL);
INSERT INTO "jobs" VALUES(4,'01KDVDSJQ0JWAV3GRWYAFAFSNP',4,'messenger',NULL,4,1767225740000000,1767225740000000,0,0,NULL,0,NULL);
CREATE TABLE listeners (
         instance INTEGER PRIMARY KEY,
         listening_since INTEGER NOT NULL,
         saved_at INTEGER NOT NULL
       ) STRICT;
INSERT INTO "listeners" VALUES(1977392559430888653,1767225600000000,1767225740000000);
CREATE TABLE settings (key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "settings" VALUES('calls_down_until',1924905740000000);
CREATE TABLE thread_members (
         sequence INTEGER PRIMARY KEY,
         thread_id TEXT NOT NULL REFERENCES threads (id),
         user_type TEXT NOT NULL,
         user_id TEXT NOT NULL,
         admin INTEGER NOT NULL CHECK (admin IN (0, 1)),
         start_calls INTEGER NOT NULL CHECK (start_calls IN (0, 1)),
         pending INTEGER NOT NULL CHECK (pending IN (0, 1)),
         muted INTEGER NOT NULL CHECK (muted IN (0, 1)),
         UNIQUE (thread_id, user_type, user_id)
       ) STRICT;
INSERT INTO "thread_members" VALUES(1,'team','user','ann',1,1,0,0);
INSERT INTO "thread_members" VALUES(2,'team','user','bob',0,1,0,0);
INSERT INTO "thread_members" VALUES(3,'team','user','cat',0,1,0,0);
INSERT INTO "thread_members" VALUES(4,'pair','user','ann',0,1,0,0);
INSERT INTO "thread_members" VALUES(5,'pair','user','bob',0,1,0,0);
INSERT INTO "thread_members" VALUES(6,'other','user','bob',1,1,0,0);
INSERT INTO "thread_members" VALUES(7,'other','user','cat',0,1,0,0);
INSERT INTO "thread_members" VALUES(8,'late','user','cat',1,1,0,0);
CREATE TABLE threads (
         id TEXT PRIMARY KEY NOT NULL,
         type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 255),
         subject TEXT NOT NULL,
         calling INTEGER NOT NULL CHECK (calling IN (0, 1)),
         locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
         members INTEGER NOT NULL DEFAULT 0 CHECK (members >= 0)
       ) STRICT, WITHOUT ROWID;
INSERT INTO "threads" VALUES('late',2,'Late',1,0,1);
INSERT INTO "threads" VALUES('other',2,'Other',1,0,2);
INSERT INTO "threads" VALUES('pair',1,'',1,0,2);
INSERT INTO "threads" VALUES('team',2,'Team',1,0,3);
CREATE TABLE users (
         type TEXT NOT NULL,
         id TEXT NOT NULL,
         name TEXT NOT NULL,
         PRIMARY KEY (type, id)
       ) STRICT, WITHOUT ROWID;
INSERT INTO "users" VALUES('user','ann','ann');
INSERT INTO "users" VALUES('user','bob','bob');
INSERT INTO "users" VALUES('user','cat','cat');
CREATE UNIQUE INDEX calls_one_active_a_thread ON calls (thread_id) WHERE ended_at IS NULL;
CREATE INDEX calls_of_thread ON calls (thread_id, sequence);
CREATE INDEX calls_active ON calls (sequence, created_at, ended_at) WHERE ended_at IS NULL;
CREATE INDEX call_participants_in_call ON call_participants (call_sequence) WHERE left_at IS NULL;
CREATE INDEX call_participants_silent ON call_participants (last_heard_at, sequence) WHERE left_at IS NULL;
CREATE INDEX call_participants_departed ON call_participants (left_at) WHERE left_at IS NOT NULL;
CREATE INDEX jobs_next ON jobs (queue, available_at, sequence) WHERE parked = 0;
CREATE INDEX jobs_of_call ON jobs (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX jobs_parked ON jobs (sequence) WHERE parked = 1;
CREATE INDEX thread_members_of_user ON thread_members (user_type, user_id);
CREATE TRIGGER thread_members_counted_in AFTER INSERT ON thread_members BEGIN UPDATE threads SET members = members + 1 WHERE id = new.thread_id; END;
CREATE TRIGGER thread_members_counted_out AFTER DELETE ON thread_members BEGIN UPDATE threads SET members = members - 1 WHERE id = old.thread_id; END;
COMMIT;
PRAGMA application_id = 1297303378;
PRAGMA user_version = 1;
