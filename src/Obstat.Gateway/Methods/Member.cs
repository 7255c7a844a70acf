namespace Obstat.Gateway.Methods;

/// <summary>One member that the params of a method may have.</summary>
/// <param name="Name">Exact name. A name that differs only in case is another, unknown member.</param>
/// <param name="Kind">What it must be.</param>
/// <param name="Required">Whether params without it are refused.</param>
internal readonly record struct Member(string Name, MemberKind Kind, bool Required);
