namespace Obstat.Console.Api;

/// <summary>What each role may. The API asks these; pages only hide by them what would be refused.</summary>
public static class RoleRights
{
    /// <summary>May see what requests contain.</summary>
    public static bool ReadsBodies(this Role role) => role is Role.Auditor or Role.Owner;

    /// <summary>May take evidence bundles.</summary>
    public static bool Exports(this Role role) => role is Role.Auditor or Role.Owner;

    /// <summary>May halt.</summary>
    public static bool Stops(this Role role) => role is Role.Operator or Role.Owner;

    /// <summary>The role as it is written.</summary>
    public static string Word(this Role role) => role switch
    {
        Role.Viewer => "viewer",
        Role.Auditor => "auditor",
        Role.Operator => "operator",
        Role.Owner => "owner",
        _ => "none",
    };

    /// <summary>Reads a role's word; any other is <see cref="Role.None"/>.</summary>
    public static Role Parse(string? word) => word switch
    {
        "viewer" => Role.Viewer,
        "auditor" => Role.Auditor,
        "operator" => Role.Operator,
        "owner" => Role.Owner,
        _ => Role.None,
    };
}
