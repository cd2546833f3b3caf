// Package sqlite keeps memories in one SQLite file: the embedded engine, for
// one person's laptop and for a company alike.
//
// It is an adapter: rows in, rows out. It knows SQL, files, locks and nothing
// about what a memory is; the rules are memstore's.
//
// # One writer at a time
//
// Within a process one goroutine writes, and commits what waits in one
// transaction (group commit). Between processes, which are normal here because
// every agent host starts its own, an exclusive lock on <file>.lock surrounds
// each write transaction. Readers never wait for either.
//
// # Files
//
// Beside <file> stand SQLite's own -wal and -shm, <file>.lock (who writes now)
// and <file>.open (who has the file open: shared by all who do). The lock
// files are empty but for a process number and are never deleted: deleting one
// that another process waits on would give two holders.
package sqlite
