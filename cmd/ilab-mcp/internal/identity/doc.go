// Package identity turns a credential into a memstore.UserID.
//
// It knows three kinds of credential, and where each comes from:
//
//   - an e-mail address that the process's settings name ([Salt.UserID]), for
//     a server of one user;
//   - an API key ([Keys]), for a server of many: 256 random bits that this
//     server made, of which the store keeps a hash;
//   - an access token of an identity provider ([OIDC]): a JWT whose signature
//     is checked with the provider's public keys.
//
// [Bearer] takes a credential out of a request, and [Gate] finds out which kind
// it is and asks who may check it. The answer is an [Access] or a [Refusal].
//
// E-mail addresses and a provider's names for people become user ids by salted
// hashes, so that neither logs nor backups hold them, and so that a program in
// another language that knows the salt can compute the same id.
package identity
