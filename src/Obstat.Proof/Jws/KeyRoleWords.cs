namespace Obstat.Proof.Jws;

/// <summary>Roles as they stand in key sets.</summary>
public static class KeyRoleWords
{
    /// <summary>The role as text; <see cref="KeyRole.None"/> has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The role is none.</exception>
    public static string ToWord(this KeyRole role) => role switch
    {
        KeyRole.Root => "root",
        KeyRole.Permit => "permit",
        KeyRole.Lease => "lease",
        KeyRole.Delegation => "delegation",
        KeyRole.Statement => "statement",
        KeyRole.Approval => "approval",
        KeyRole.Run => "run",
        KeyRole.Operator => "operator",
        KeyRole.Point => "point",
        KeyRole.Report => "report",
        KeyRole.Instance => "instance",
        KeyRole.Identity => "identity",
        KeyRole.Issuer => "issuer",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "a key has a role"),
    };

    /// <summary>Reads a role; anything else refuses.</summary>
    public static bool TryParse(string? text, out KeyRole role)
    {
        role = KeyRole.None;
        foreach (var known in Enum.GetValues<KeyRole>())
        {
            if (known != KeyRole.None && known.ToWord() == text)
            {
                role = known;
            }
        }

        return role != KeyRole.None;
    }
}
