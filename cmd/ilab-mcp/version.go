package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	sqlitelib "modernc.org/sqlite/lib"
)

// version and commit are set at a release, with
// -ldflags "-X main.version=… -X main.commit=…"; nothing writes them later.
var version, commit string //nolint:gochecknoglobals // the linker can set nothing else

// versionCommand tells what the program is made of.
type versionCommand struct{}

func (*versionCommand) run(_ context.Context, e env) error {
	path, err := os.Executable()
	if err != nil {
		path = "unknown"
	}
	revisions := slices.Clone(mcp.ValidProtocolVersions)
	slices.Sort(revisions)
	_, err = fmt.Fprintf(e.stdout, "ilab-mcp %s\ncommit   %s\ngo       %s %s/%s\nsqlite   %s\nmcp      %s\npath     %s\n",
		buildVersion(), buildCommit(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		sqlitelib.SQLITE_VERSION, strings.Join(revisions, ", "), path)
	return err
}

// buildVersion is the release's version, else the module's, else "devel".
func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

func buildCommit() string {
	if commit != "" {
		return commit
	}
	revision, changed := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = " (changed since)"
			}
		}
	}
	return revision + changed
}
