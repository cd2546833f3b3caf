package privacy_test

import (
	"fmt"

	"github.com/ilab-mcp/ilab-mcp/privacy"
)

func ExampleRedactor_Redact() {
	title := privacy.Field{Name: "title", MaxChars: 200}
	text, report, err := privacy.New().Redact(title, "  The key is <private>hunter2</private>, rotate it ")
	fmt.Println(text.String())
	fmt.Println(text, report, err)
	// Output:
	// The key is [REDACTED], rotate it
	// [32 bytes] map[private:1] <nil>
}
