using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Cedar;

/// <summary>What became of an input: a value, or the complaints that refuse it. Never both, never neither.</summary>
public sealed class Parsed<T>
    where T : class
{
    private readonly T? _value;

    internal Parsed(T value) => (_value, Diagnostics) = (value, []);

    internal Parsed(IEnumerable<Diagnostic> diagnostics)
    {
        Diagnostics = [.. diagnostics];
        if (Diagnostics.IsEmpty)
        {
            Diagnostics = [new(DiagnosticCode.Unknown, "refused without a reason")];
        }
    }

    /// <summary>Why the input was refused; empty exactly if there is a value.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    /// <summary>Whether there is a value.</summary>
    public bool Succeeded => _value is not null;

    /// <summary>Takes the value out.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value)
    {
        value = _value;
        return value is not null;
    }

    /// <summary>The value. Throws, naming the complaints, where there is none: for callers that wrote the input themselves.</summary>
    public T Require() => _value ?? throw new InvalidOperationException(string.Join("; ", Diagnostics));
}
