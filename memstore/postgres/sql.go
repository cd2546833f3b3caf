package postgres

// Every statement of the package about a user's rows stands here. The first
// parameter is always the user, which row-level security asks for again.

const memoryColumns = `id, type, title, content, topic_key, revision, session_id, source, created, updated, seq, history`

const revisionColumns = `revision, type, title, content, session_id, source, at`

const sessionColumns = `id, started, last_activity, ended, summary, auto`

const (
	selectUser   = `SELECT epoch, seq, last_id, memories, bytes, ops FROM ilab.users WHERE user_id = $1`
	lockUser     = selectUser + ` FOR UPDATE`
	selectActive = `SELECT ` + sessionColumns + ` FROM ilab.sessions WHERE user_id = $1 AND ended IS NULL`

	selectByID    = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND id = $2`
	selectByTopic = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND topic_key = $2`
	selectByHash  = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND hash = $2 ORDER BY id LIMIT 1`
	selectSame    = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND hash = $2 AND created = $3 ORDER BY id LIMIT 1`
	selectRows    = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND id = ANY ($2::bigint[])`

	selectChanges = `SELECT seq, id, blob FROM ilab.terms WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`

	selectBefore = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND (created, id) < ($2, $3) ORDER BY created DESC, id DESC LIMIT $4`
	selectFrom   = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND (created, id) > ($2, $3) ORDER BY created, id LIMIT $4`
	selectNewest = `SELECT m.id, m.class, m.updated FROM unnest($2::int[]) AS c (class) CROSS JOIN LATERAL
		(SELECT id, class, updated FROM ilab.memories WHERE user_id = $1 AND class = c.class ORDER BY updated DESC, id DESC LIMIT $3) AS m`

	selectHistory   = `SELECT ` + revisionColumns + ` FROM ilab.revisions WHERE user_id = $1 AND id = $2 ORDER BY revision DESC LIMIT $3`
	selectRevisions = `SELECT ` + revisionColumns + ` FROM ilab.revisions WHERE user_id = $1 AND id = $2 AND revision > $3 ORDER BY revision LIMIT $4`
	countHistory    = `SELECT count(*) FROM ilab.revisions WHERE user_id = $1 AND id = $2`

	selectEnded    = `SELECT ` + sessionColumns + ` FROM ilab.sessions WHERE user_id = $1 AND ended IS NOT NULL ORDER BY ended DESC, id DESC LIMIT $2`
	selectSession  = `SELECT ` + sessionColumns + ` FROM ilab.sessions WHERE user_id = $1 AND id = $2`
	selectSessions = `SELECT ` + sessionColumns + ` FROM ilab.sessions WHERE user_id = $1 AND (started, id) > ($2, $3) ORDER BY started, id LIMIT $4`

	selectWritten = `SELECT ` + memoryColumns + ` FROM ilab.memories WHERE user_id = $1 AND session_id = $2 AND type <> $3 ORDER BY created, id LIMIT $4`
	countWritten  = `SELECT count(*) FROM ilab.memories WHERE user_id = $1 AND session_id = $2 AND type <> $3`

	countByClass  = `SELECT class, count(*) FROM ilab.memories WHERE user_id = $1 GROUP BY class`
	countSessions = `SELECT count(*) FROM ilab.sessions WHERE user_id = $1`
	selectSpan    = `SELECT min(created), max(created) FROM ilab.memories WHERE user_id = $1`

	// U+10FFFF, the last code point, sorts after whatever may follow the prefix.
	selectTopics = `SELECT topic_key FROM ilab.memories WHERE user_id = $1 AND topic_key >= $2 AND topic_key < $2::text || chr(1114111) ORDER BY topic_key LIMIT $3`

	insertUser = `INSERT INTO ilab.users (user_id, epoch, seq, last_id, memories, bytes, ops) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	updateUser = `UPDATE ilab.users SET epoch = $2, seq = $3, last_id = $4, memories = $5, bytes = $6, ops = $7 WHERE user_id = $1`

	upsertSession = `INSERT INTO ilab.sessions (user_id, id, started, last_activity, ended, summary, auto) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (user_id, id) DO UPDATE SET started = $3, last_activity = $4, ended = $5, summary = $6, auto = $7`
	insertMemory = `INSERT INTO ilab.memories (user_id, id, type, title, content, topic_key, revision, session_id, source, created, updated, hash, seq, history, class)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	updateMemory = `UPDATE ilab.memories SET type = $3, title = $4, content = $5, topic_key = $6, revision = $7, session_id = $8,
		source = $9, created = $10, updated = $11, hash = $12, seq = $13, history = $14, class = $15 WHERE user_id = $1 AND id = $2`
	updateHistory  = `UPDATE ilab.memories SET history = $3 WHERE user_id = $1 AND id = $2`
	deleteMemory   = `DELETE FROM ilab.memories WHERE user_id = $1 AND id = $2`
	insertRevision = `INSERT INTO ilab.revisions (user_id, id, revision, type, title, content, session_id, source, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	updateRevision = `UPDATE ilab.revisions SET type = $4, title = $5, content = $6, session_id = $7, source = $8, at = $9
		WHERE user_id = $1 AND id = $2 AND revision = $3`
	archiveMemory = `INSERT INTO ilab.revisions (user_id, id, revision, type, title, content, session_id, source, at)
		SELECT user_id, id, revision, type, title, content, session_id, source, updated FROM ilab.memories WHERE user_id = $1 AND id = $2`
	deleteRevisions = `DELETE FROM ilab.revisions WHERE user_id = $1 AND id = $2`
	deleteTerms     = `DELETE FROM ilab.terms WHERE user_id = $1 AND seq = $2`
	insertTerms     = `INSERT INTO ilab.terms (user_id, seq, id, blob) VALUES ($1, $2, $3, $4)`
	updateTerms     = `UPDATE ilab.terms SET blob = $4 WHERE user_id = $1 AND seq = $2 AND id = $3 AND blob IS NOT NULL`

	selectSnapshot = `SELECT blob FROM ilab.snapshots WHERE user_id = $1 ORDER BY part`
	deleteSnapshot = `DELETE FROM ilab.snapshots WHERE user_id = $1`
	beginSnapshot  = `INSERT INTO ilab.snapshots (user_id, part, run, blob) VALUES ($1, $2, $3, $4)`
	// Only behind the part before it of the same run.
	goOnSnapshot = `INSERT INTO ilab.snapshots (user_id, part, run, blob) SELECT $1, $2, $3, $4
		WHERE EXISTS (SELECT 1 FROM ilab.snapshots WHERE user_id = $1 AND part = $2::int - 1 AND run = $3)`
)

// everything are the tables that a user has rows in, to be emptied in this order.
var everything = []string{
	`DELETE FROM ilab.snapshots WHERE user_id = $1`,
	`DELETE FROM ilab.terms WHERE user_id = $1`,
	`DELETE FROM ilab.revisions WHERE user_id = $1`,
	`DELETE FROM ilab.memories WHERE user_id = $1`,
	`DELETE FROM ilab.sessions WHERE user_id = $1`,
	`DELETE FROM ilab.users WHERE user_id = $1`,
}

// Statements about the whole store, in roles of their own.
const (
	keyColumns = `id, user_id, name, hash, created, expires, revoked, read_only`

	// Run again after a commit of unknown outcome, it meets the key that it made.
	insertKey = `INSERT INTO ilab.api_keys AS k (` + keyColumns + `) VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)
		ON CONFLICT (id) DO UPDATE SET hash = k.hash WHERE k.hash = excluded.hash AND k.user_id = excluded.user_id`
	selectKey  = `SELECT ` + keyColumns + ` FROM ilab.api_keys WHERE id = $1`
	selectKeys = `SELECT ` + keyColumns + ` FROM ilab.api_keys ORDER BY created, id`
	revokeKey  = `UPDATE ilab.api_keys SET revoked = coalesce(revoked, $2) WHERE id = $1`
	removeKeys = `DELETE FROM ilab.api_keys WHERE user_id = $1`

	selectUsers = `SELECT user_id FROM ilab.users ORDER BY user_id`
	selectFact  = `SELECT value FROM ilab.facts WHERE user_id = '' AND name = $1`
	insertFact  = `INSERT INTO ilab.facts (name, value) VALUES ($1, $2) ON CONFLICT (user_id, name) DO NOTHING`
)
