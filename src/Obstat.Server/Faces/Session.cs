using Obstat.Console.Api;

namespace Obstat.Server.Faces;

/// <summary>A person at the console or a program at the read API, until it ends.</summary>
/// <param name="name">Whom it is bound to, as entries name it.</param>
/// <param name="role">What it may.</param>
/// <param name="since">When it began.</param>
internal sealed class Session(string name, Role role, DateTimeOffset since)
{
    /// <summary>How long it lives without a question.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>How long it lives at most.</summary>
    public static readonly TimeSpan Whole = TimeSpan.FromHours(8);

    private long _asked = since.UtcTicks;

    /// <summary>Whom it is bound to.</summary>
    public string Name => name;

    /// <summary>What it may.</summary>
    public Role Role => role;

    /// <summary>When it began.</summary>
    public DateTimeOffset Since => since;

    /// <summary>When it ends whatever happens.</summary>
    public DateTimeOffset End => since + Whole;

    /// <summary>When it ends if nothing more is asked.</summary>
    public DateTimeOffset IdleEnd => new DateTimeOffset(Interlocked.Read(ref _asked), TimeSpan.Zero) + Idle;

    /// <summary>Whether an operator or a person ended it.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether it is over.</summary>
    public bool IsOver(DateTimeOffset now) => IsEnded || now >= End || now >= IdleEnd || now < since;

    /// <summary>Something was asked.</summary>
    public void Asked(DateTimeOffset now) => _ = Interlocked.Exchange(ref _asked, now.UtcTicks);

    /// <summary>Ends it.</summary>
    public void Stop() => IsEnded = true;

    /// <summary>What its holder may know of it.</summary>
    public SessionView ToView() => new(name, role, since, IdleEnd, End);
}
