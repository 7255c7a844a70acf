namespace Obstat.Cedar;

/// <summary>What is wrong with an input. Names are stable; texts beside them are not.</summary>
public enum DiagnosticCode
{
    /// <summary>Nobody set a code: a bug of ours, and a refusal.</summary>
    Unknown = 0,

    // Text and its bounds.
    TextTooLarge,
    TooManyPolicies,
    TooManyNodes,
    NestingTooDeep,
    StringTooLong,
    InvalidUtf8,
    InvalidCharacter,
    InvalidEscape,
    UnterminatedString,
    IntegerTooLarge,

    // Grammar of policies.
    UnexpectedToken,
    ReservedWord,
    UnknownFunction,
    UnknownMethod,
    FunctionAsMethod,
    MethodAsFunction,
    WrongArgumentCount,
    DuplicateKey,
    DuplicateAnnotation,
    UnknownVariable,
    UnsupportedOperator,
    EmptyCondition,
    TemplateNotAllowed,
    SlotNotAllowed,
    NotAnAction,
    TooManyUnaryOperators,
    UnknownAttributeOfPolicy,

    // Sets.
    DuplicateId,
    MissingId,
    InvalidId,
    UnknownTemplate,
    UnboundLink,

    // JSON.
    MalformedJson,
    UnexpectedJson,
    InvalidInteger,

    // Entities and requests.
    DuplicateEntity,
    ParentCycle,
    TooManyParentLevels,
    UndeclaredEntityType,
    UndeclaredAction,
    UndeclaredAttribute,
    MissingAttribute,
    WrongType,
    UndeclaredTags,
    ParentNotAllowed,
    UndeclaredEnumId,
    EnumWithFacts,
    ActionDiffers,
    PrincipalTypeNotAllowed,
    ResourceTypeNotAllowed,
    ContextMismatch,
    InvalidExtensionValue,

    // Schemas.
    DuplicateDeclaration,
    UndefinedType,
    TypeCycle,
    ActionCycle,
    ReservedName,
    ShadowedName,
    ContextNotRecord,
    EmptyEnum,

    // Strict validation.
    UnrecognizedEntityType,
    UnrecognizedActionId,
    UnexpectedType,
    IncompatibleTypes,
    UnsafeAttributeAccess,
    UnsafeOptionalAttributeAccess,
    UnsafeTagAccess,
    NoTagsAllowed,
    EmptySetForbidden,
    NonLitExtConstructor,
    FunctionArgumentValidation,
    WrongNumberArguments,
    InvalidEnumEntity,
    NoApplicableAction,
    ImpossiblePolicy,
    LevelExceeded,
    EntityDereferenceTarget,

    // Lint.
    UnknownEntityLiteral,
    ExpiredForbid,
    OptionalGuard,
    SuspiciousText,
    UnknownTool,
}
