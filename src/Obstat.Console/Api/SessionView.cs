namespace Obstat.Console.Api;

/// <summary>Who asks.</summary>
/// <param name="Name">Whom the session is bound to, as entries name it.</param>
/// <param name="Role">Its role.</param>
/// <param name="Since">When it began.</param>
/// <param name="IdleEnd">When it ends if nothing more is asked.</param>
/// <param name="End">When it ends whatever happens.</param>
public sealed record SessionView(string Name, Role Role, DateTimeOffset Since, DateTimeOffset IdleEnd, DateTimeOffset End);
