// Package claudemem reads the database of claude-mem, a SQLite file that another
// program owns and may be writing to. It is opened for reading only, on one
// snapshot. What its rows mean is for package transfer to say; it is a package of
// its own so that transfer reaches no database.
package claudemem
