using System.Text.Json;
using Obstat.Cedar.Json;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar;

/// <summary>Reads whole requests from JSON: <c>{principal, action, resource, context}</c>.</summary>
public static class RequestReader
{
    private static readonly string[] Members = ["principal", "action", "resource", "context"];

    /// <summary>
    /// Reads a request and checks it against the schema: the action is declared, it applies to these types, the context has its shape. Entities are <c>{type, id}</c>
    /// or <c>{__entity}</c>; the context may be left out. Refuses unknown members and more than <see cref="Limits.RequestBytesMax"/>.
    /// </summary>
    public static Parsed<Request> Parse(ReadOnlySpan<byte> utf8, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (utf8.Length > Limits.RequestBytesMax)
        {
            return new([new Diagnostic(DiagnosticCode.TextTooLarge, $"a request has at most {Limits.RequestBytesMax} bytes")]);
        }

        var bag = new DiagnosticBag();
        if (StrictJson.Parse(utf8, bag) is not { } root || Read(root, schema, bag) is not { } request)
        {
            return new(bag.Items);
        }

        var findings = SchemaCheck.Request(request, schema);
        return findings.IsEmpty ? new(request) : new(findings.All);
    }

    private static Request? Read(JsonElement root, Schema schema, DiagnosticBag bag)
    {
        if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(p => !Members.Contains(StrictJson.Name(p), StringComparer.Ordinal)))
        {
            bag.Add(DiagnosticCode.UnexpectedJson, "a request is an object of principal, action, resource, context", default, "");
            return null;
        }

        var values = new ValueReader(bag);
        var uids = Members[..3].Select(name => StrictJson.Member(root, name) is { } json ? values.ReadUid(json, "/" + name) : null).ToArray();
        if (uids is not [{ } principal, { } action, { } resource])
        {
            bag.Add(DiagnosticCode.UnexpectedJson, "a request names principal, action and resource", default, "");
            return null;
        }

        var type = schema.Actions.GetValueOrDefault(action)?.Context;
        var context = StrictJson.Member(root, "context") is { } given
            ? values.ReadRecord(given, name => type is not null && type.TryGet(name, out var a) ? a.Type : null, "/context")
            : Values.CedarRecord.Empty;
        return context is null ? null : new(principal, action, resource, context);
    }
}
