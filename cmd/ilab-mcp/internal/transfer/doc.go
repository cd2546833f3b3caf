// Package transfer carries one user's memory in and out of the program: what a
// file's lines say becomes redacted records for the store, and the other way
// round. The rules of an import (what is the same, what is kept) are the
// store's; here are the formats.
//
// A format is a [Source] of items in plain text. [Import] is the only way from
// there into a store, and passes every string through the redactor.
package transfer
