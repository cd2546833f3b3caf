// Package secrets finds what looks like a credential in ordinary text: keys and
// tokens of known services by their form, private keys, passwords in URLs and
// connection strings, and values that are assigned to a name such as
// DB_PASSWORD or "api key".
//
// The forms of tokens are facts that their services publish, as the rules of
// gitleaks (github.com/gitleaks/gitleaks, MIT) collect them; docs/SECURITY.md
// tells what is found and what is not, and ADR 9 why these rules run in a matcher
// of our own: gitleaks takes 0.2 s for 64 KiB of text that is made to be slow.
// Here every byte is looked at a bounded number of times.
//
// It is no scanner of files: it knows no file names and no languages, and a
// string that is only random is left alone, because hashes, ids and pictures
// are so too.
package secrets
