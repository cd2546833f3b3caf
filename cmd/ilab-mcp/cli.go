package main

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/config"
)

// cli is the command line.
type cli struct {
	Stdio   stdioCommand   `cmd:"" help:"Serve one user's memory to an agent, over stdin and stdout."`
	Serve   serveCommand   `cmd:"" help:"Serve many users over HTTP. Each request proves whose memory it is for."`
	Key     keyCommand     `cmd:"" help:"Make, list and revoke the API keys that open memories over HTTP."`
	Export  exportCommand  `cmd:"" help:"Write a user's memory to a file."`
	Import  importCommand  `cmd:"" help:"Read a file into a user's memory."`
	Forget  forgetCommand  `cmd:"" help:"Erase a memory, or everything that a user has, and look for what is left."`
	Scrub   scrubCommand   `cmd:"" help:"Take private text and secrets out of what is stored already."`
	Backup  backupCommand  `cmd:"" help:"Write a copy of the store to a file, while it is in use."`
	Restore restoreCommand `cmd:"" help:"Put a backup in the place of the store."`
	Doctor  doctorCommand  `cmd:"" help:"Check the store, and say what to do about what is wrong."`
	Migrate migrateCommand `cmd:"" help:"Copy a store into another, from file to PostgreSQL or back, user by user."`
	Upgrade upgradeCommand `cmd:"" help:"Make a store, or bring it up to date, as its owner."`
	Bench   benchCommand   `cmd:"" help:"Measure recall and speed, on throwaway stores."`
	Tour    tourCommand    `cmd:"" help:"Walk through everything on a throwaway store."`
	Version versionCommand `cmd:"" help:"Show what this program is made of."`
}

// runner is a command whose flags are filled in.
type runner interface {
	run(ctx context.Context, e env) error
}

const description = "A memory for AI agents that outlives the conversation, as an MCP server. " +
	"Every setting has a flag and an environment variable; the flag wins."

// parse fills in the command that the arguments name. It gives none where they
// asked for help, which is printed then.
func parse(e env) (runner, error) {
	var c cli
	helped := false
	parser, err := kong.New(
		&c,
		kong.Name("ilab-mcp"),
		kong.Description(description),
		kong.Writers(e.stdout, e.stderr),
		kong.Exit(func(int) { helped = true }),
		kong.Resolvers(config.Env(e.getenv)),
		kong.ExplicitGroups(config.Groups()),
		kong.ValueFormatter(withVariable),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return nil, err // the struct above is wrong
	}
	chosen, err := parser.Parse(commandFirst(parser, e.args))
	if helped {
		return nil, nil
	}
	if err != nil {
		return nil, usage(parser, err)
	}
	r, ok := reflect.TypeAssert[runner](chosen.Selected().Target.Addr())
	if !ok {
		return nil, errors.New("the command " + chosen.Command() + " cannot be run")
	}
	return r, nil
}

// withVariable adds a setting's environment variable to its help.
func withVariable(v *kong.Value) string {
	name := config.Variable(v)
	if name == "" {
		return v.Help
	}
	help := v.Help + " [" + name
	if v.HasDefault {
		help += ", default " + v.Default
	}
	return help + "]"
}

// commandFirst moves the words of the command in front of the flags: they may
// stand on either side of it, and kong knows a command's flags only behind it.
func commandFirst(k *kong.Kong, args []string) []string {
	takesValue := map[string]bool{}
	var learn func(n *kong.Node)
	learn = func(n *kong.Node) {
		for _, f := range n.Flags {
			takesValue["--"+f.Name] = !f.IsBool()
		}
		for _, c := range n.Children {
			learn(c)
		}
	}
	learn(k.Model.Node)
	var words, rest []string
	at := k.Model.Node
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--" || len(at.Children) == 0:
			return slices.Concat(words, rest, args[i:])
		case takesValue[args[i]] && i+1 < len(args):
			rest = append(rest, args[i], args[i+1])
			i++
		case strings.HasPrefix(args[i], "-"):
			rest = append(rest, args[i])
		default:
			words = append(words, args[i])
			if at = child(at, args[i]); at == nil {
				return slices.Concat(words, rest, args[i+1:]) // kong says that there is no such command
			}
		}
	}
	return slices.Concat(words, rest)
}

func child(n *kong.Node, name string) *kong.Node {
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// examples are of commands that need more than their name.
var examples = map[string]string{ //nolint:gochecknoglobals // a table
	"ilab-mcp bench":        "ilab-mcp bench load",
	"ilab-mcp bench recall": "ilab-mcp bench recall --data my-questions",
	"ilab-mcp backup":       backupExample,
	"ilab-mcp export":       exportExample,
	"ilab-mcp forget":       forgetExample,
	"ilab-mcp import":       importExample,
	"ilab-mcp key":          "ilab-mcp key add --user me",
	"ilab-mcp key add":      "ilab-mcp key add --user me",
	"ilab-mcp key revoke":   "ilab-mcp key revoke 3fK9aQ2x",
	"ilab-mcp restore":      restoreExample,
	"ilab-mcp scrub":        scrubExample,
}

// usage words what the parser found wrong.
func usage(k *kong.Kong, err error) error {
	what := err.Error()
	if flag, _, ok := strings.Cut(what, ": expected "); ok {
		what = flag + " needs a value; one that begins with - is written " + flag + "=-..."
		if strings.Contains(err.Error(), "<EOL>") {
			what = flag + " needs a value"
		}
	}
	do := "See ilab-mcp --help."
	example := "ilab-mcp stdio --user me"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if node := parse.Context.Selected(); node != nil {
			name := node.FullPath()
			do = "See " + name + " --help."
			if e, ok := examples[name]; ok {
				example = e
			} else if node.Name != "stdio" {
				example = name
			}
			return &config.Error{What: what, Do: do, Example: example}
		}
	}
	var commands []string
	for _, node := range k.Model.Children {
		commands = append(commands, node.Name)
	}
	switch {
	case strings.HasPrefix(what, "expected one of"):
		what = "what to do is missing"
		do = "Name a command: " + strings.Join(commands, ", ") + ". See ilab-mcp --help."
	case strings.HasPrefix(what, "unexpected argument"):
		what = "no such command:" + strings.TrimPrefix(what, "unexpected argument")
		do = "The commands are " + strings.Join(commands, ", ") + ". See ilab-mcp --help."
	case what == "unknown flag --version":
		do, example = "It is a command.", "ilab-mcp version"
	}
	return &config.Error{What: what, Do: do, Example: example}
}
