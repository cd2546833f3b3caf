// Package config makes one validated Config out of flags and environment.
//
// Settings declares every setting once: its flag, its environment variable,
// its default and its help. Env lets the command line parser read the
// environment that the program was given, and not the process's, so that tests
// can set one up. New checks it all and says in [Error] what a person has to
// change; nothing behind this package checks settings again.
package config
