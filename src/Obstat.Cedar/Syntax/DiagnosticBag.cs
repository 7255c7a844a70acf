namespace Obstat.Cedar.Syntax;

/// <summary>Collects complaints, up to <see cref="Limits.DiagnosticsMax"/>.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<Diagnostic> _items = [];

    public IReadOnlyList<Diagnostic> Items => _items;

    public bool IsEmpty => _items.Count == 0;

    public int Count => _items.Count;

    public void Add(DiagnosticCode code, string message, Span span = default, string? subject = null)
    {
        if (_items.Count < Limits.DiagnosticsMax)
        {
            _items.Add(new(code, message, span, subject));
        }
    }

    public void AddRange(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            Add(diagnostic.Code, diagnostic.Message, diagnostic.Span, diagnostic.Subject);
        }
    }
}
