// Package memstore is what a memory is: its types, limits and rules, and the
// ports through which the rules reach a database.
//
// # One user at a time
//
// [DB] is the store of everybody. [DB.User] gives a [Store]: the memory of one
// user, and the only thing that tools ever hold. No method of Store, and no
// method of the ports it drives ([Reader], [Writer]), takes a user; so no
// argument that a model fills in can name one.
//
// # Only redacted text
//
// Everything that is written ([Draft], [Patch], [Query], summaries) is made of
// [privacy.Text], which only the redactor makes. What is read back is plain
// strings; text that is stored a second time (an old title inside a generated
// summary, say) passes the redactor again, which is idempotent.
//
// # What it is not
//
// It speaks no SQL, no MCP and no HTTP. Adapters (memstore/sqlite) hold SQL
// and no rules; package tools speaks MCP and holds no rules either.
package memstore
