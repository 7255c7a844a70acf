using Obstat.Cedar.Json;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar;

/// <summary>Reads the context of a request from JSON.</summary>
public static class ContextReader
{
    /// <summary>
    /// Reads a context: an object. With a type (<see cref="ActionDeclaration.Context"/>), implicit forms too. Refuses more than <see cref="Limits.RequestBytesMax"/>.
    /// </summary>
    public static Parsed<CedarRecord> Parse(ReadOnlySpan<byte> utf8, CedarType.Record? type = null)
    {
        if (utf8.Length > Limits.RequestBytesMax)
        {
            return new([new Diagnostic(DiagnosticCode.TextTooLarge, $"a context has at most {Limits.RequestBytesMax} bytes")]);
        }

        var bag = new DiagnosticBag();
        return StrictJson.Parse(utf8, bag) is { } root
            && new ValueReader(bag).ReadRecord(root, name => type is not null && type.TryGet(name, out var a) ? a.Type : null, "") is { } record
            ? new(record)
            : new(bag.Items);
    }

    /// <summary>As <see cref="Parse(ReadOnlySpan{byte}, CedarType.Record?)"/>, from text.</summary>
    public static Parsed<CedarRecord> Parse(string json, CedarType.Record? type = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Quoting.IsScalarText(json)
            ? Parse(System.Text.Encoding.UTF8.GetBytes(json), type)
            : new([new Diagnostic(DiagnosticCode.MalformedJson, "a lone surrogate")]);
    }
}
