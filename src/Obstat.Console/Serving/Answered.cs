using System.Diagnostics.CodeAnalysis;
using Obstat.Console.Api;

namespace Obstat.Console.Serving;

/// <summary>What the API said: an answer, or why not. <c>default</c> says that nobody answered.</summary>
/// <typeparam name="T">The answer.</typeparam>
public readonly struct Answered<T>
    where T : class
{
    private readonly ApiRefusal? _refusal;

    /// <summary>It answered.</summary>
    public Answered(T value) => Value = value;

    /// <summary>It did not.</summary>
    public Answered(ApiRefusal refusal) => _refusal = refusal;

    /// <summary>The answer; null where there is none.</summary>
    public T? Value { get; }

    /// <summary>Why there is no answer.</summary>
    public ApiRefusal Refusal => _refusal ?? ApiClient.Silent;

    /// <summary>Whether there is an answer.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsAnswered => Value is not null;
}
