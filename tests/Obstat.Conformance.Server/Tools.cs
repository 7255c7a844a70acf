using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Obstat.Conformance.Server;

/// <summary>The tools that the conformance suite calls.</summary>
internal sealed class Tools(Changes changes)
{
    private const string Wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        var call = request.Params!;
        switch (call.Name)
        {
            case "test_simple_text":
                return Text("This is a simple text response for testing.");
            case "test_image_content":
                return Content($$$$"""{"type":"image","data":"{{{{Answers.Png}}}}","mimeType":"image/png"}""");
            case "test_audio_content":
                return Content($$$$"""{"type":"audio","data":"{{{{Wav}}}}","mimeType":"audio/wav"}""");
            case "test_embedded_resource":
                return Content("""{"type":"resource","resource":{"uri":"test://embedded-resource","mimeType":"text/plain","text":"This is an embedded resource content."}}""");
            case "test_multiple_content_types":
                return Content($$$$"""
                    {"type":"text","text":"Multiple content types test:"},{"type":"image","data":"{{{{Answers.Png}}}}","mimeType":"image/png"},
                    {"type":"resource","resource":{"uri":"test://mixed-content-resource","mimeType":"application/json","text":"{\"test\":\"data\",\"value\":123}"}}
                    """);
            case "test_error_handling":
                return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = "This tool intentionally returns an error for testing" }] };
            case "test_tool_with_logging" or "test_logging_tool":
                await LogAsync(request, cancellation);
                return Text("Logged.");
            case "test_tool_with_progress":
                await ProgressAsync(request, cancellation);
                return Text("Progressed.");
            case "test_reconnection" or "test_x_mcp_header" or "json_schema_2020_12_tool":
                return Text("Done.");
            case "test_added" when changes.HasTool:
                return Text("Added.");
            case "test_trigger_tool_change":
                changes.ToggleTool();
                return Text("Changed.");
            case "test_trigger_prompt_change":
                changes.TogglePrompt();
                return Text("Changed.");
            case "test_sampling" or "test_elicitation" or "test_elicitation_sep1034_defaults" or "test_elicitation_sep1330_enums":
                return await AskAsync(request, cancellation);
            default:
                return call.Name.StartsWith("test_", StringComparison.Ordinal) ? Ask(request) : throw new McpProtocolException("Unknown tool", McpErrorCode.InvalidParams);
        }
    }

    /// <summary>Revision 2025-11-25: a request to the client while the call runs.</summary>
    private static async Task<CallToolResult> AskAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        var call = request.Params!;
        if (call.Name == "test_sampling")
        {
            var asked = Offer.Parse<CreateMessageRequestParams>(new JsonObject
            {
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = new JsonObject { ["type"] = "text", ["text"] = call.Arguments!["prompt"].GetString() } }),
                ["maxTokens"] = 100,
            });
            var sampled = await request.Server.SampleAsync(asked, cancellation);
            return Text("LLM response: " + string.Concat(sampled.Content.OfType<TextContentBlock>().Select(c => c.Text)));
        }

        var schema = call.Name switch
        {
            "test_elicitation" => """{"type":"object","properties":{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}},"required":["username","email"]}""",
            "test_elicitation_sep1034_defaults" => """
                {"type":"object","properties":{"name":{"type":"string","description":"Name","default":"John Doe"},"age":{"type":"integer","description":"Age","default":30},
                "score":{"type":"number","description":"Score","default":95.5},"status":{"type":"string","description":"Status","enum":["active","inactive","pending"],"default":"active"},
                "verified":{"type":"boolean","description":"Verified","default":true}},"required":[]}
                """,
            _ => """
                {"type":"object","properties":{"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
                "titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},{"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
                "legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
                "untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
                "titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},{"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}},"required":[]}
                """,
        };
        var message = call.Name == "test_elicitation" ? call.Arguments!["message"].GetString() : "Please say.";
        var form = Offer.Parse<ElicitRequestParams>(new JsonObject { ["message"] = message, ["requestedSchema"] = JsonNode.Parse(schema) });
        var said = await request.Server.ElicitAsync(form, cancellation);
        var content = JsonSerializer.Serialize(said.Content, McpJsonUtilities.DefaultOptions);
        return Text(call.Name == "test_elicitation" ? $"User response: action: {said.Action}, content: {content}" : $"Elicitation completed: action={said.Action}, content={content}");
    }

    /// <summary>Revision 2026-07-28: the call is answered with questions and comes again with the answers.</summary>
    private static CallToolResult Ask(RequestContext<CallToolRequestParams> request)
    {
        var call = request.Params!;
        var can = request.Server.ClientCapabilities;
        bool Has(string name) => Question.Context(call, name, out _);
        var name = call.Name.Replace("test_input_required_result_", "", StringComparison.Ordinal);
        switch (name)
        {
            case "test_missing_capability":
                return can?.Sampling is not null ? Text("Sampled.") : throw new MissingRequiredClientCapabilityException(new ClientCapabilities { Sampling = new SamplingCapability() }, "sampling is needed");
            case "test_streaming_elicitation":
                return Has("user_name") ? Text("Hello.") : throw Question.Ask(null, ("user_name", Question.Form("What is your name?", "name", "string")));
            case "elicitation":
                return Has("user_name") && call.InputResponses!["user_name"].RawValue is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("content", out var content) ? Text($"Hello, {content.GetProperty("name")}!")
                    : throw Question.Ask(null, ("user_name", Question.Form("What is your name?", "name", "string")));
            case "sampling":
                return Has("capital_question") ? Text("Paris.") : throw Question.Ask(null, ("capital_question", Question.Sample("What is the capital of France?")));
            case "list_roots":
                return Has("client_roots") ? Text("Roots: " + call.InputResponses!["client_roots"].RawValue.GetRawText()) : throw Question.Ask(null, ("client_roots", Question.Roots));
            case "request_state":
                return Has("confirm") && Question.IsSealed(call.RequestState, "once") ? Text("state-ok") : throw Question.Ask(Question.Sealed("once"), ("confirm", Question.Form("Please confirm", "ok", "boolean")));
            case "tampered_state":
                return call.RequestState is null ? throw Question.Ask(Question.Sealed("tamper"), ("confirm", Question.Form("Please confirm", "ok", "boolean")))
                    : Question.IsSealed(call.RequestState, "tamper") ? Text("state-ok") : throw new McpProtocolException("requestState was changed", McpErrorCode.InvalidParams);
            case "multiple_inputs":
                return Has("user_name") && Has("greeting") && Has("client_roots") ? Text("All there.")
                    : throw Question.Ask(Question.Sealed("many"), ("user_name", Question.Form("What is your name?", "name", "string")), ("greeting", Question.Sample("Generate a greeting")), ("client_roots", Question.Roots));
            case "multi_round":
                return Has("step2") && Question.IsSealed(call.RequestState, "two") ? Text("Done.")
                    : Has("step1") && Question.IsSealed(call.RequestState, "one") ? throw Question.Ask(Question.Sealed("two"), ("step2", Question.Form("Step 2: What is your favorite color?", "color", "string")))
                    : throw Question.Ask(Question.Sealed("one"), ("step1", Question.Form("Step 1: What is your name?", "name", "string")));
            case "capabilities":
                var questions = new List<(string, InputRequest)>();
                if (can?.Sampling is not null)
                {
                    questions.Add(("sample", Question.Sample("Say something")));
                }

                if (can?.Elicitation is not null)
                {
                    questions.Add(("form", Question.Form("Say something", "text", "string")));
                }

                return questions.Count == 0 ? Text("Nothing can be asked.") : throw Question.Ask(null, [.. questions]);
            default:
                throw new McpProtocolException("Unknown tool", McpErrorCode.InvalidParams);
        }
    }

    private static async Task LogAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        foreach (var text in (string[])["Tool execution started", "Tool processing data", "Tool execution completed"])
        {
            if (request.JsonRpcRequest.Context?.ProtocolVersion is null or "2025-11-25" || request.Params!.Meta?["io.modelcontextprotocol/logLevel"] is not null)
            {
                await request.Server.SendMessageAsync(
                    new JsonRpcNotification
                    {
                        Method = NotificationMethods.LoggingMessageNotification,
                        Params = new JsonObject { ["level"] = "info", ["data"] = text },
                    },
                    cancellation);
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task ProgressAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        foreach (var progress in (int[])[0, 50, 100])
        {
            if (request.Params!.ProgressToken is { } token)
            {
                await request.Server.NotifyProgressAsync(token, new ProgressNotificationValue { Progress = progress, Total = 100 }, cancellationToken: cancellation);
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };

    private static CallToolResult Content(string blocks) => Offer.Parse<CallToolResult>($$$$"""{"content":[{{{{blocks}}}}]}""");
}
