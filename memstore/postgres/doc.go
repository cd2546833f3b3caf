// Package postgres keeps memories in PostgreSQL. It implements
// [memstore.Backend]: rows in, rows out, and none of the rules.
//
// Every transaction takes a role that is neither owner nor superuser and names
// one user, with SET LOCAL; row-level security then gives it that user's rows and
// nobody else's, also where a statement should forget to ask for the user. Roles:
// ilab_app for one user's rows, ilab_keys for API keys, ilab_admin to list user
// ids and for facts about the whole store.
//
// The user leads every key and every index, there are no sequences and no
// triggers, and tables are partitioned by a hash of the user, so that the schema
// can be spread over several machines as it is (docs/SCALING.md).
package postgres
