using Obstat.Console.Api;
using Obstat.Server.Faces;

namespace Obstat.Server.Tests.Faces;

public sealed class SessionsTests
{
    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private readonly Clock _clock = new();
    private readonly Sessions _sessions;

    public SessionsTests() => _sessions = new Sessions(_clock);

    private string Begin()
    {
        Assert.True(_sessions.TryBegin(_sessions.Link("uid:1", Role.Viewer)!.Value.Token, out var secret, out _));
        return secret;
    }

    [Fact]
    public void A_link_is_good_once_and_for_five_minutes()
    {
        var (token, until) = _sessions.Link("uid:1", Role.Viewer)!.Value;
        Assert.Equal(_clock.Now.AddMinutes(5), until);
        _clock.Now = until;
        Assert.False(_sessions.TryBegin(token, out _, out _));
        var again = _sessions.Link("uid:1", Role.Viewer)!.Value.Token;
        Assert.True(_sessions.TryBegin(again, out _, out var session));
        Assert.Equal(("uid:1", Role.Viewer), (session.Name, session.Role));
        Assert.False(_sessions.TryBegin(again, out _, out _));
        Assert.False(_sessions.TryBegin("", out _, out _));
    }

    [Fact]
    public void A_session_ends_thirty_minutes_after_the_last_question_and_eight_hours_after_the_first()
    {
        var (idle, kept) = (Begin(), Begin());
        var began = _clock.Now;
        for (; _clock.Now < began.AddHours(8).AddMinutes(-29); _clock.Now = _clock.Now.AddMinutes(29))
        {
            Assert.NotNull(_sessions.Find(kept));
        }

        Assert.Null(_sessions.Find(idle));
        Assert.NotNull(_sessions.Find(kept));
        _clock.Now = began.AddHours(8);
        Assert.Null(_sessions.Find(kept));

        var asked = Begin();
        _clock.Now = _clock.Now.AddMinutes(29);
        Assert.NotNull(_sessions.Find(asked));
        _clock.Now = _clock.Now.AddMinutes(30);
        Assert.Null(_sessions.Find(asked));
    }

    [Fact]
    public void A_clock_that_went_back_ends_a_session()
    {
        var secret = Begin();
        _clock.Now = _clock.Now.AddSeconds(-1);
        Assert.Null(_sessions.Find(secret));
    }

    [Fact]
    public void No_role_gets_no_link_and_sixty_four_links_that_nobody_opened_are_enough()
    {
        Assert.Null(_sessions.Link("uid:1", Role.None));
        for (var i = 0; i < 64; i++)
        {
            Assert.NotNull(_sessions.Link("uid:1", Role.Viewer));
        }

        Assert.Null(_sessions.Link("uid:1", Role.Viewer));
        _clock.Now = _clock.Now.AddMinutes(5);
        Assert.NotNull(_sessions.Link("uid:1", Role.Viewer));
    }
}
