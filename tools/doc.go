// Package tools is ilab-mcp as MCP clients see it: the tools, resources,
// prompts and completions over one user's memory.
//
// # One server, one user
//
// [NewServer] closes over the [Store] of one user. No tool has an argument, and
// no result a field, that names a user; there is no lookup to get wrong.
//
// # What a call goes through
//
//  1. guard.go looks at the message before mcp-go acts on it, so that what is
//     wrong with it is said in our words. Names that the client made up are
//     never repeated; the legal ones are listed.
//  2. arguments.go decodes the arguments from their raw bytes: exact names, no
//     name twice, exact types. JSON null means absent.
//  3. The tool's own file redacts every text (intake) and calls the store.
//  4. reply.go encodes the result, at most 256 KiB of it.
//
// # Reading and writing
//
// Each tool is written against the smallest interface that it needs: a reading
// one against [Reader], the others against [Store]. [NewReadOnlyServer] is built
// from a Reader, so nothing in it can write.
//
// # What it is not
//
// It holds no rules about memories (package memstore does), and it opens no
// file and no connection.
package tools
