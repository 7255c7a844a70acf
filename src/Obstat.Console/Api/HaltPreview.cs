namespace Obstat.Console.Api;

/// <summary>What a halt would end.</summary>
/// <param name="Scope">As <see cref="HaltView.Scope"/> will have it.</param>
/// <param name="Leases">Leases that it would end now.</param>
public sealed record HaltPreview(string Scope, int Leases);
