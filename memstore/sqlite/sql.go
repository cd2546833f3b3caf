package sqlite

// query names a statement. Every statement of the package stands in this file,
// so that a test can read the plan of each: all lead with the user.
type query int

const (
	selectUser query = iota
	selectActive
	selectByID
	selectByTopic
	selectByHash
	selectSame
	selectFew
	selectRows
	selectChanges
	selectBefore
	selectFrom
	selectClasses
	selectNewest
	selectHistory
	selectRevisions
	countHistory
	selectEnded
	selectSession
	selectSessions
	selectWritten
	countWritten
	countByClass
	countSessions
	selectSpan
	selectTopics
	upsertUser
	upsertSession
	insertMemory
	updateMemory
	updateHistory
	deleteMemory
	deleteMemories
	deleteUser
	insertRevision
	updateRevision
	deleteTerms
	insertTerms
	updateTerms
	selectSnapshot
	selectSnapshotSize
	selectSnapshotPart
	insertSnapshotPart
	deleteSnapshot

	queries // how many there are
)

const memoryColumns = `id, type, title, content, topic_key, revision, session_id, source, created, updated, hash, seq, history, class, sum`

const revisionColumns = `revision, type, title, content, session_id, source, at, sum`

const sessionColumns = `id, started, last_activity, ended, summary, auto, sum`

// statements holds the text of each query. The first parameter is always the
// user.
var statements = [queries]string{
	selectUser:   `SELECT epoch, seq, last_id, memories, bytes, ops, sum FROM users WHERE user_id = ?1`,
	selectActive: `SELECT ` + sessionColumns + ` FROM sessions WHERE user_id = ?1 AND ended IS NULL`,

	selectByID:    `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND id = ?2`,
	selectByTopic: `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND topic_key = ?2`,
	selectByHash:  `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND hash = ?2 ORDER BY id LIMIT 1`,
	selectSame:    `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND hash = ?2 AND created = ?3 ORDER BY id LIMIT 1`,
	selectFew:     `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND id IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`,
	selectRows:    `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND id IN (SELECT value FROM json_each(?2))`,

	selectChanges: `SELECT seq, id, blob, sum FROM terms WHERE user_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3`,

	selectBefore: `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND (created, id) < (?2, ?3) ORDER BY created DESC, id DESC LIMIT ?4`,
	selectFrom:   `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND (created, id) > (?2, ?3) ORDER BY created, id LIMIT ?4`,
	// The classes that a user has, each found by one step in the index.
	selectClasses: `WITH RECURSIVE c (class) AS (
			SELECT min(class) FROM memories WHERE user_id = ?1
			UNION ALL
			SELECT (SELECT min(class) FROM memories WHERE user_id = ?1 AND class > c.class) FROM c WHERE c.class IS NOT NULL
		) SELECT class FROM c WHERE class IS NOT NULL`,
	selectNewest: `SELECT id, class, updated FROM memories WHERE user_id = ?1 AND class = ?2 ORDER BY updated DESC, id DESC LIMIT ?3`,

	selectHistory:   `SELECT ` + revisionColumns + ` FROM revisions WHERE user_id = ?1 AND id = ?2 ORDER BY revision DESC LIMIT ?3`,
	selectRevisions: `SELECT ` + revisionColumns + ` FROM revisions WHERE user_id = ?1 AND id = ?2 AND revision > ?3 ORDER BY revision LIMIT ?4`,
	countHistory:    `SELECT count(*) FROM revisions WHERE user_id = ?1 AND id = ?2`,

	selectEnded:   `SELECT ` + sessionColumns + ` FROM sessions WHERE user_id = ?1 AND ended IS NOT NULL ORDER BY ended DESC, id DESC LIMIT ?2`,
	selectSession: `SELECT ` + sessionColumns + ` FROM sessions WHERE user_id = ?1 AND id = ?2`,
	// No index is in this order: each page is picked out of all sessions of the
	// user. Only an export asks.
	selectSessions: `SELECT ` + sessionColumns + ` FROM sessions WHERE user_id = ?1 AND (started, id) > (?2, ?3) ORDER BY started, id LIMIT ?4`,

	selectWritten: `SELECT ` + memoryColumns + ` FROM memories WHERE user_id = ?1 AND session_id = ?2 AND type <> ?3 ORDER BY created, id LIMIT ?4`,
	countWritten:  `SELECT count(*) FROM memories WHERE user_id = ?1 AND session_id = ?2 AND type <> ?3`,

	countByClass:  `SELECT class, count(*) FROM memories WHERE user_id = ?1 GROUP BY class`,
	countSessions: `SELECT count(*) FROM sessions WHERE user_id = ?1`,
	selectSpan: `SELECT (SELECT min(created) FROM memories WHERE user_id = ?1),
		(SELECT max(created) FROM memories WHERE user_id = ?1)`,

	// U+10FFFF, the last code point, sorts after whatever may follow the prefix.
	selectTopics: `SELECT topic_key FROM memories WHERE user_id = ?1 AND topic_key >= ?2 AND topic_key < ?2 || char(1114111) ORDER BY topic_key LIMIT ?3`,

	upsertUser: `INSERT INTO users (user_id, epoch, seq, last_id, memories, bytes, ops, sum)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT (user_id) DO UPDATE SET epoch = ?2, seq = ?3, last_id = ?4, memories = ?5, bytes = ?6, ops = ?7, sum = ?8`,
	upsertSession: `INSERT INTO sessions (user_id, id, started, last_activity, ended, summary, auto, sum)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT (user_id, id) DO UPDATE SET started = ?3, last_activity = ?4, ended = ?5, summary = ?6, auto = ?7, sum = ?8`,
	insertMemory: `INSERT INTO memories (user_id, id, type, title, content, topic_key, revision, session_id, source, created, updated, hash, seq, history, class, sum)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)`,
	updateMemory: `UPDATE memories SET type = ?3, title = ?4, content = ?5, topic_key = ?6, revision = ?7, session_id = ?8,
		source = ?9, created = ?10, updated = ?11, hash = ?12, seq = ?13, history = ?14, class = ?15, sum = ?16
		WHERE user_id = ?1 AND id = ?2`,
	updateHistory: `UPDATE memories SET history = ?3, sum = ?4 WHERE user_id = ?1 AND id = ?2`,
	deleteMemory:  `DELETE FROM memories WHERE user_id = ?1 AND id = ?2`,
	insertRevision: `INSERT INTO revisions (user_id, id, revision, type, title, content, session_id, source, at, sum)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`,
	updateRevision: `UPDATE revisions SET type = ?4, title = ?5, content = ?6, session_id = ?7, source = ?8, at = ?9, sum = ?10
		WHERE user_id = ?1 AND id = ?2 AND revision = ?3`,
	deleteMemories: `DELETE FROM memories WHERE user_id = ?1`, // their revisions go with them
	deleteUser:     `DELETE FROM users WHERE user_id = ?1`,    // and all the rest with the user
	deleteTerms:    `DELETE FROM terms WHERE user_id = ?1 AND seq = ?2`,
	insertTerms:    `INSERT INTO terms (user_id, seq, id, blob, sum) VALUES (?1, ?2, ?3, ?4, ?5)`,
	updateTerms:    `UPDATE terms SET blob = ?4, sum = ?5 WHERE user_id = ?1 AND seq = ?2 AND id = ?3 AND blob IS NOT NULL`,

	selectSnapshot:     `SELECT part, run, blob, sum FROM snapshots WHERE user_id = ?1 ORDER BY part`,
	selectSnapshotSize: `SELECT coalesce(sum(length(blob)), 0) FROM snapshots WHERE user_id = ?1`,
	selectSnapshotPart: `SELECT run FROM snapshots WHERE user_id = ?1 AND part = ?2`,
	insertSnapshotPart: `INSERT INTO snapshots (user_id, part, run, blob, sum) VALUES (?1, ?2, ?3, ?4, ?5)`,
	deleteSnapshot:     `DELETE FROM snapshots WHERE user_id = ?1`,
}

// control names a statement that moves a transaction, or reads what it depends
// on, and touches no row.
type control int

const (
	beginRead control = iota
	beginWrite
	commit
	rollback
	savepoint
	rollbackTo
	releaseSavepoint
	userVersion

	controls // how many there are
)

var controlStatements = [controls]string{
	beginRead:        `BEGIN`,
	beginWrite:       `BEGIN IMMEDIATE`,
	commit:           `COMMIT`,
	rollback:         `ROLLBACK`,
	savepoint:        `SAVEPOINT member`,
	rollbackTo:       `ROLLBACK TO member`,
	releaseSavepoint: `RELEASE member`,
	userVersion:      `PRAGMA user_version`,
}

// Statements about the whole file. They see no user's rows.
const (
	selectFact  = `SELECT value FROM store WHERE name = ?`
	selectFacts = `SELECT name, value FROM store ORDER BY name`
	replaceFact = `INSERT INTO store (name, value, sum) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET value = ?2, sum = ?3`
	deleteFact  = `DELETE FROM store WHERE name = ?`
)

// Statements about what was erased, and for the care of the whole file.
const (
	lastErasure    = `SELECT coalesce(max(n), 0) FROM erasures`
	selectErasures = `SELECT n, at, epoch, id, key_id, sum FROM erasures WHERE n > ?1 ORDER BY n`
	putErasure     = `INSERT INTO erasures (n, at, epoch, id, key_id, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`
	deleteErasures = `DELETE FROM erasures WHERE n >= ?1`
	selectUsers    = `SELECT user_id FROM users ORDER BY user_id`
	countUsers     = `SELECT count(*) FROM users`
)

const keyColumns = `id, user_id, name, hash, created, expires, revoked, read_only, sum`

// Statements about API keys, of which one is looked up before it is known whose
// it is.
const (
	selectKey  = `SELECT ` + keyColumns + ` FROM api_keys WHERE id = ?1`
	selectKeys = `SELECT ` + keyColumns + ` FROM api_keys ORDER BY created, id`
	deleteKey  = `DELETE FROM api_keys WHERE id = ?1`
	replaceKey = `INSERT OR REPLACE INTO api_keys (` + keyColumns + `) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`
)

// Statements of whoever examines the file: each reads a whole table, of every
// user, and gives nothing of it away but counts.
const (
	allUsers     = `SELECT user_id, epoch, seq, last_id, memories, bytes, ops, sum FROM users`
	allSessions  = `SELECT user_id, ` + sessionColumns + ` FROM sessions`
	allMemories  = `SELECT user_id, ` + memoryColumns + ` FROM memories`
	allRevisions = `SELECT user_id, id, ` + revisionColumns + ` FROM revisions`
	allTerms     = `SELECT user_id, seq, id, blob, sum,
			EXISTS (SELECT 1 FROM memories AS m WHERE m.user_id = t.user_id AND m.id = t.id AND m.seq = t.seq)
		FROM terms AS t`
	allSnapshots = `SELECT user_id, part, run, blob, sum FROM snapshots`
	allKeys      = `SELECT ` + keyColumns + ` FROM api_keys`
	allFacts     = `SELECT name, value, sum FROM store`
	allErasures  = `SELECT n, at, epoch, id, key_id, sum FROM erasures ORDER BY n`

	selectTerms      = `SELECT id, blob, sum FROM terms WHERE user_id = ?1 AND seq = ?2`
	brokenReferences = `SELECT count(*) FROM pragma_foreign_key_check`
	fileSize         = `SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)`
)
