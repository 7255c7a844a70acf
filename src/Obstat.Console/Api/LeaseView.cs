namespace Obstat.Console.Api;

/// <summary>A lease that goes on.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Execution">What runs under it.</param>
/// <param name="Point">The enforcement point that holds it.</param>
/// <param name="IsOpened">Whether the point opened it; before, only its permit was given.</param>
/// <param name="LeftSeconds">Seconds after which the point has stopped it for certain if nobody renews it.</param>
/// <param name="HardEnd">When the identity that it rests on ends: nothing renews it beyond.</param>
/// <param name="Decision">The decision that permitted it; null where the index has not read it yet.</param>
public sealed record LeaseView(string Id, string Execution, string Point, bool IsOpened, double LeftSeconds, DateTimeOffset HardEnd, DecisionRow? Decision);
