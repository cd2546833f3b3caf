// Package folder keeps each user's memories in a SQLite file of their own, in one
// folder: no user waits for another's writes, and a user is erased with a file. API
// keys, and facts about the whole store, are in a file beside them.
//
// It is a thin layer over package sqlite: it decides which file is whose, and how many
// are open.
package folder
