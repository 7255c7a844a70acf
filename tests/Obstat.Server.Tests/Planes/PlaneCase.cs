namespace Obstat.Server.Tests.Planes;

/// <summary>A test with an installation of its own.</summary>
public abstract class PlaneCase : IDisposable
{
    private protected readonly TestInstallation _home = new();

    public void Dispose()
    {
        _home.Dispose();
        GC.SuppressFinalize(this);
    }
}
