using Obstat.Cedar.Values;

namespace Obstat.Cedar.Bench;

/// <summary>The policies of the workload "micro" as a person would write them in C#: the floor.</summary>
internal static class ByHand
{
    private static readonly EntityUid Jane = new("Account", "jane");
    private static readonly EntityUid JanesAlbum = new("Album", "jane_vacation");
    private static readonly EntityUid Alice = new("User", "alice");
    private static readonly EntityUid View = new("Action", "view");
    private static readonly EntityUid Photo = new("Photo", "VacationPhoto94.jpg");

    public static bool Micro(Request request) =>
        !request.Context.TryGet("suspicion", out _)
        && ((request.Principal == Jane && request.Resource == JanesAlbum) || (request.Principal == Alice && request.Action == View && request.Resource == Photo));
}
