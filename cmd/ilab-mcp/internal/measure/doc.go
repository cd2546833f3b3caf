// Package measure turns what a search found and how long calls took into
// figures. It computes, and does nothing else: no clock, no files.
package measure
