module github.com/ilab-mcp/ilab-mcp

go 1.26.0

// What the program is made of.
require (
	github.com/alecthomas/kong v1.17.0 // command line
	github.com/blevesearch/snowballstem v0.9.0 // stemming
	github.com/clipperhouse/uax29/v2 v2.7.0 // words, by Unicode's rules
	github.com/gofrs/flock v0.13.2 // locks between processes
	github.com/invopop/jsonschema v0.14.0 // schemas from Go structs
	github.com/mark3labs/mcp-go v1.2.1 // MCP
	golang.org/x/text v0.43.0 // normal forms, case
	modernc.org/sqlite v1.62.0 // SQLite in Go
)

// What only tests use.
require (
	github.com/modelcontextprotocol/go-sdk v1.8.0 // a second, independent client
	github.com/rogpeppe/go-internal v1.16.0 // scripts of the command line
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // every schema compiles
	go.uber.org/goleak v1.3.0 // no goroutine stays
	pgregory.net/rapid v1.3.0 // properties
)

require (
	github.com/bahlo/generic-list-go v0.2.0 // indirect
	github.com/buger/jsonparser v1.1.2 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/google/jsonschema-go v0.4.3 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/pb33f/ordered-map/v2 v2.3.1 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/segmentio/asm v1.1.3 // indirect
	github.com/segmentio/encoding v0.5.4 // indirect
	github.com/spf13/cast v1.7.1 // indirect
	github.com/yosida95/uritemplate/v3 v3.0.2 // indirect
	go.yaml.in/yaml/v4 v4.0.0-rc.2 // indirect
	golang.org/x/oauth2 v0.35.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/time v0.15.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	modernc.org/libc v1.80.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
