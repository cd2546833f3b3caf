// Package memstoretest proves an adapter: one conformance suite, one model and
// one set of benchmarks, run over every implementation of memstore.Backend.
//
// An adapter's own test file says how to open it and calls [Run], [RunModel]
// and [Bench]; what is asserted stands here, once. It is for tests only.
package memstoretest
