using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Obstat.Conformance.Server;

/// <summary>Prompts and resources.</summary>
internal sealed class Answers(Changes changes)
{
    /// <summary>One red pixel.</summary>
    public const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

    private const string Text = """{"messages":[{"role":"user","content":{"type":"text","text":"%"}}]}""";

    public ValueTask<GetPromptResult> PromptAsync(RequestContext<GetPromptRequestParams> request, CancellationToken cancellation)
    {
        var arguments = request.Params!.Arguments ?? new Dictionary<string, System.Text.Json.JsonElement>();
        string Argument(string name) => arguments.TryGetValue(name, out var value) ? value.ToString() : "";
        return ValueTask.FromResult(request.Params.Name switch
        {
            "test_simple_prompt" => Offer.Parse<GetPromptResult>(Text.Replace("%", "This is a simple prompt for testing.", StringComparison.Ordinal)),
            "test_prompt_with_arguments" => Offer.Parse<GetPromptResult>(Text.Replace("%", $"Prompt with arguments: arg1='{Argument("arg1")}', arg2='{Argument("arg2")}'", StringComparison.Ordinal)),
            "test_prompt_with_embedded_resource" => Offer.Parse<GetPromptResult>($$$$"""
                {"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"{{{{Argument("resourceUri")}}}}","mimeType":"text/plain","text":"Embedded resource content for testing."}}},
                {"role":"user","content":{"type":"text","text":"Please process the embedded resource above."}}]}
                """),
            "test_prompt_with_image" => Offer.Parse<GetPromptResult>($$$$"""
                {"messages":[{"role":"user","content":{"type":"image","data":"{{{{Png}}}}","mimeType":"image/png"}},{"role":"user","content":{"type":"text","text":"Please analyze the image above."}}]}
                """),
            "test_input_required_result_prompt" => Question.Context(request.Params, "user_context", out var said)
                ? Offer.Parse<GetPromptResult>(Text.Replace("%", said, StringComparison.Ordinal))
                : throw Question.Ask(null, ("user_context", Question.Form("What context should the prompt use?", "context", "string"))),
            "test_added_prompt" when changes.HasPrompt => Offer.Parse<GetPromptResult>(Text.Replace("%", "added", StringComparison.Ordinal)),
            _ => throw new McpProtocolException("Unknown prompt", McpErrorCode.InvalidParams),
        });
    }

    public static ValueTask<ReadResourceResult> ResourceAsync(RequestContext<ReadResourceRequestParams> request, CancellationToken cancellation)
    {
        var uri = request.Params!.Uri;
        return ValueTask.FromResult(uri switch
        {
            "test://static-text" => Offer.Parse<ReadResourceResult>("""{"contents":[{"uri":"test://static-text","mimeType":"text/plain","text":"This is the content of the static text resource."}]}"""),
            "test://static-binary" => Offer.Parse<ReadResourceResult>($$$$"""{"contents":[{"uri":"test://static-binary","mimeType":"image/png","blob":"{{{{Png}}}}"}]}"""),
            "test://watched-resource" => Offer.Parse<ReadResourceResult>("""{"contents":[{"uri":"test://watched-resource","mimeType":"text/plain","text":"watched"}]}"""),
            _ when uri.StartsWith("test://template/", StringComparison.Ordinal) && uri.EndsWith("/data", StringComparison.Ordinal) => Template(uri, uri["test://template/".Length..^"/data".Length]),
            _ => throw Unknown(uri),
        });
    }

    private static ReadResourceResult Template(string uri, string id) => new()
    {
        Contents = [new TextResourceContents { Uri = uri, MimeType = "application/json", Text = $$$$"""{"id":"{{{{id}}}}","templateTest":true,"data":"Data for ID: {{{{id}}}}"}""" }],
    };

    private static McpProtocolException Unknown(string uri)
    {
        var error = new McpProtocolException("Resource not found", McpErrorCode.InvalidParams);
        error.Data["uri"] = uri;
        return error;
    }
}
