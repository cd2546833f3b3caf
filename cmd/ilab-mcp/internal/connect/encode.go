package connect

import (
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/ilab-mcp/ilab-mcp/tools"
)

// encode writes an answer of mcp-go's. HTML characters stay as they are: no
// browser shows it.
//
// A tool's result comes as JSON already, which the standard encoder would read
// twice over to make it compact; at ten hits of a search that is most of the
// time of a call. So it is put together by hand.
func encode(reply mcp.JSONRPCMessage) ([]byte, error) {
	r, ok := reply.(mcp.JSONRPCResponse)
	if !ok {
		return tools.Marshal(reply)
	}
	result, ok := r.Result.(*mcp.CallToolResult)
	if !ok || len(result.Content) != 1 || len(result.InputRequests) > 0 || result.RequestState != "" || result.StructuredContent != nil && len(result.RawStructuredContent) == 0 {
		return tools.Marshal(reply)
	}
	text, ok := result.Content[0].(mcp.TextContent)
	if !ok || text.Annotations != nil || text.Meta != nil {
		return tools.Marshal(reply)
	}
	b := make([]byte, 0, len(text.Text)*5/4+len(result.RawStructuredContent)+512)
	var err error
	add := func(name string, v any) {
		var part []byte
		if part, err = tools.Marshal(v); err == nil {
			b = append(append(b, name...), part...)
		}
	}
	if add(`{"jsonrpc":"2.0","id":`, r.ID); err != nil {
		return nil, err
	}
	if add(`,"result":{"content":[{"type":"text","text":`, text.Text); err != nil {
		return nil, err
	}
	b = append(b, `}]`...)
	if len(result.RawStructuredContent) > 0 {
		b = append(append(b, `,"structuredContent":`...), result.RawStructuredContent...)
	}
	if result.IsError {
		b = append(b, `,"isError":true`...)
	}
	if result.ResultType != "" {
		add(`,"resultType":`, result.ResultType)
	}
	if result.Meta != nil && err == nil {
		add(`,"_meta":`, result.Meta)
	}
	return append(b, `}}`...), err
}

// statusOf is the HTTP status of an answer. In the stateless era an error has
// one of its own, so that what stands between need not read the message;
// before, it was an answer like any other.
func statusOf(reply mcp.JSONRPCMessage, modern bool) int {
	e, ok := reply.(mcp.JSONRPCError)
	if !ok || !modern {
		return http.StatusOK
	}
	switch e.Error.Code {
	case mcp.METHOD_NOT_FOUND:
		return http.StatusNotFound
	case mcp.PARSE_ERROR, mcp.INVALID_REQUEST, mcp.INVALID_PARAMS, mcp.HEADER_MISMATCH,
		mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, mcp.UNSUPPORTED_PROTOCOL_VERSION:
		return http.StatusBadRequest
	}
	return http.StatusOK
}
