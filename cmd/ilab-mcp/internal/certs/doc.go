// Package certs serves a TLS certificate out of two PEM files, and takes up a
// new one when they change, so that renewing needs no restart.
//
// The files are looked at during handshakes, at most once a second, by one
// handshake at a time; all others use the certificate that is there. Nothing
// watches in the background. A change is whatever tells one file from another:
// its size, its time of change, the file itself, or where symbolic links to it
// lead, which is what certbot and Kubernetes swap.
//
// A pair that cannot be used does no harm: it may be half written, or one of
// its files may be newer than the other. The old one is kept, and the new one
// tried again.
package certs
