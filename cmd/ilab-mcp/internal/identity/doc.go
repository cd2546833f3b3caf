// Package identity turns a credential into a memstore.UserID.
//
// The one credential here is an e-mail address that the process's settings
// name. It becomes a user id by a salted hash, so that neither logs nor
// backups hold addresses, and so that a program in another language that knows
// the salt can compute the same id.
package identity
