using System.Collections.Immutable;

namespace Obstat.Core.Requests;

/// <summary>One boot of an enforcement point, as it registered.</summary>
/// <param name="Id">The point's id.</param>
/// <param name="Boot">128 random bits of this boot, base64url.</param>
/// <param name="HolderThumbprint">Thumbprint of its instance key: the holder of its permits.</param>
/// <param name="Obligations">Obligations that it can fulfil.</param>
/// <param name="PermitFormat">The version of permits that it gets.</param>
public sealed record RegisteredPoint(string Id, string Boot, string HolderThumbprint, ImmutableSortedSet<string> Obligations, int PermitFormat);
