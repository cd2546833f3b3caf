package tools

// For tests in tools_test.

// MaxReply is the bound of one reply.
const MaxReply = maxReply

// FenceHead stands above recalled text.
const FenceHead = fenceHead

// The instructions of both kinds of server.
const (
	Instructions         = instructions
	ReadOnlyInstructions = readOnlyInstructions
)

// ToolNames are the names in the table, in its order.
func ToolNames() []string {
	var names []string
	for _, r := range rows() {
		names = append(names, r.name)
	}
	return names
}

// Quote is what fences recalled text.
func Quote(s string) string { return quote(s) }
