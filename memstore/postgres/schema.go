package postgres

import (
	"fmt"
	"strings"
)

// partitions is into how many parts each table is cut, by a hash of the user.
const partitions = 16

// tables are those with one user's rows, and the columns that the user leads in
// each key and index. Times are Unix microseconds, UTC.
var tables = []struct{ name, columns, indexes string }{
	{"users", `
		user_id  text   NOT NULL COLLATE "C" CHECK (user_id <> ''),
		epoch    bigint NOT NULL,
		seq      bigint NOT NULL,
		last_id  bigint NOT NULL,
		memories bigint NOT NULL,
		bytes    bigint NOT NULL,
		ops      bytea  NOT NULL,
		PRIMARY KEY (user_id)`, ``},
	{"sessions", `
		user_id       text    NOT NULL COLLATE "C" CHECK (user_id <> ''),
		id            text    NOT NULL COLLATE "C",
		started       bigint  NOT NULL,
		last_activity bigint  NOT NULL,
		ended         bigint,
		summary       bytea,
		auto          boolean NOT NULL,
		PRIMARY KEY (user_id, id)`, `
		CREATE UNIQUE INDEX sessions_active ON ilab.sessions (user_id) WHERE ended IS NULL;
		CREATE INDEX sessions_ended ON ilab.sessions (user_id, ended) WHERE ended IS NOT NULL;`},
	{"memories", `
		user_id    text    NOT NULL COLLATE "C" CHECK (user_id <> ''),
		id         bigint  NOT NULL,
		type       integer NOT NULL,
		class      integer NOT NULL,
		title      bytea   NOT NULL,
		content    bytea   NOT NULL,
		topic_key  text    COLLATE "C",
		revision   integer NOT NULL,
		session_id text    NOT NULL COLLATE "C",
		source     text    NOT NULL,
		created    bigint  NOT NULL,
		updated    bigint  NOT NULL,
		hash       bytea   NOT NULL,
		seq        bigint  NOT NULL,
		history    bigint  NOT NULL,
		PRIMARY KEY (user_id, id)`, `
		CREATE UNIQUE INDEX memories_topic ON ilab.memories (user_id, topic_key) WHERE topic_key IS NOT NULL;
		CREATE INDEX memories_hash ON ilab.memories (user_id, hash, id);
		CREATE INDEX memories_created ON ilab.memories (user_id, created, id);
		CREATE INDEX memories_class ON ilab.memories (user_id, class, updated, id);
		CREATE INDEX memories_session ON ilab.memories (user_id, session_id, created, id);`},
	{"revisions", `
		user_id    text    NOT NULL COLLATE "C" CHECK (user_id <> ''),
		id         bigint  NOT NULL,
		revision   integer NOT NULL,
		type       integer NOT NULL,
		title      bytea   NOT NULL,
		content    bytea   NOT NULL,
		session_id text    NOT NULL COLLATE "C",
		source     text    NOT NULL,
		at         bigint  NOT NULL,
		PRIMARY KEY (user_id, id, revision)`, ``},
	{"terms", `
		user_id text   NOT NULL COLLATE "C" CHECK (user_id <> ''),
		seq     bigint NOT NULL,
		id      bigint NOT NULL,
		blob    bytea,
		PRIMARY KEY (user_id, seq)`, ``},
	{"snapshots", `
		user_id text    NOT NULL COLLATE "C" CHECK (user_id <> ''),
		part    integer NOT NULL,
		run     bigint  NOT NULL,
		blob    bytea   NOT NULL,
		PRIMARY KEY (user_id, part)`, ``},
}

// whole are the tables about the whole store. An API key is looked up before it is
// known whose it is.
const whole = `
	CREATE TABLE ilab.api_keys (
		id        text    NOT NULL COLLATE "C" PRIMARY KEY,
		user_id   text    NOT NULL COLLATE "C" CHECK (user_id <> ''),
		name      text    NOT NULL,
		hash      bytea   NOT NULL,
		created   bigint  NOT NULL,
		expires   bigint,
		revoked   bigint,
		read_only boolean NOT NULL
	);
	CREATE TABLE ilab.facts ( -- of nobody, who has a name no user can have
		user_id text  NOT NULL COLLATE "C" DEFAULT '' CHECK (user_id = ''),
		name    text  NOT NULL COLLATE "C",
		value   bytea NOT NULL,
		PRIMARY KEY (user_id, name)
	);
	GRANT SELECT, INSERT, UPDATE, DELETE ON ilab.api_keys TO ilab_keys;
	GRANT SELECT, INSERT ON ilab.facts TO ilab_admin;
	GRANT SELECT (user_id) ON ilab.users TO ilab_admin;
	CREATE POLICY everybody ON ilab.users FOR SELECT TO ilab_admin USING (true);
`

// first is the first migration.
func first(parts int) string {
	var b strings.Builder
	b.WriteString("GRANT USAGE ON SCHEMA ilab TO ilab_app, ilab_keys, ilab_admin;\n")
	for _, t := range tables {
		fmt.Fprintf(&b, "CREATE TABLE ilab.%s (%s) PARTITION BY HASH (user_id);\n", t.name, t.columns)
		for i := range parts {
			fmt.Fprintf(&b, "CREATE TABLE ilab.%s_%d PARTITION OF ilab.%s FOR VALUES WITH (MODULUS %d, REMAINDER %d);\n", t.name, i, t.name, parts, i)
		}
		b.WriteString(t.indexes)
		fmt.Fprintf(&b, `
			ALTER TABLE ilab.%[1]s ENABLE ROW LEVEL SECURITY;
			ALTER TABLE ilab.%[1]s FORCE ROW LEVEL SECURITY;
			CREATE POLICY own ON ilab.%[1]s TO ilab_app
				USING (user_id = current_setting('app.user_id', true)) WITH CHECK (user_id = current_setting('app.user_id', true));
			GRANT SELECT, INSERT, UPDATE, DELETE ON ilab.%[1]s TO ilab_app;
		`, t.name)
	}
	b.WriteString(whole)
	return b.String()
}
