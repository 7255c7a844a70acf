using System.Diagnostics;
using System.Globalization;
using Obstat.Cli.Output;

namespace Obstat.Cli.Auditing;

/// <summary>Tells how far long work has come: at most once a second, on standard error, never for work that is over within the first.</summary>
internal sealed class Progress(Terminal terminal, string what)
{
    private readonly Stopwatch _told = Stopwatch.StartNew();
    private readonly Stopwatch _all = Stopwatch.StartNew();

    public void Tell(long done, long of)
    {
        if (_told.Elapsed < TimeSpan.FromSeconds(1))
        {
            return;
        }

        _told.Restart();
        var left = done == 0 ? TimeSpan.Zero : _all.Elapsed * ((of - done) / (double)done);
        terminal.Tell(string.Create(CultureInfo.InvariantCulture, $"{done} of {of} {what}, about {Shown.Of(left)} left"));
    }
}
