// Package connect binds a user to a connection: UserID → Store → MCP server →
// transport. It is the only package that asks a memstore.DB for a user's
// store; everything behind it holds that one user's store and cannot name
// another.
//
// # The guard
//
// Between the client and mcp-go stands a guard, because mcp-go reads lines of
// any length, lets Go's JSON decoder turn broken text into U+FFFD without a
// word, matches names in any case, and at the end of its input drops what it
// has not answered. The guard passes on only messages that are whole and
// well formed; it answers all others itself, and the server lives on. It keeps
// a ledger of the requests that were read and not yet answered, and says that
// the input has ended only when there is none.
//
// # HTTP
//
// [HTTP] serves many users. Each request is checked before anything of it is
// read (host, origin, credential, limits), and reaches the server of one user
// and scope. Sessions and streams are names in a map of that user, and open
// nothing by themselves. mcp-go carries out messages; the transports are here.
//
// # What stdio promises
//
//   - stdout carries one JSON message a line, each written whole.
//   - Calls are carried out one after the other, in the order they were sent:
//     a session that is ended after a save ends after that save.
//   - Every call that was read is finished, also when the client has gone.
package connect
