"""Settings: from the environment only, in sections. What no installation changes is in fixed.py."""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from governance import fixed
from governance.environment import (
    HOLD_SECONDS,
    LOCAL_DATABASE,
    SAMPLE_KEY,
    broker_options,
    database,
    environment,
    refusal,
)
from governance.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = fixed.VERSION
ENV = environment(BASE_DIR / "var" / "running")


def env(name: str, default: str = "") -> str:
    """Return a setting of the environment, or the default when it is unset or empty."""
    return ENV.get(name) or default


def env_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated setting as a list."""
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


# --- Mode -----------------------------------------------------------------------------------
# Production unless said otherwise: bin/start, bin/test and pytest set MUSTER_MODE=local.
LOCAL = env("MUSTER_MODE") == "local"
if not LOCAL and (reason := refusal(ENV)):
    raise ImproperlyConfigured(reason)
DEBUG = env("DEBUG") == "1"
SECRET_KEY = env("SECRET_KEY", SAMPLE_KEY)
BASE_URL = env("BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", BASE_URL)
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / "var")))
STORAGE = Path(env("STORAGE_DIR", str(DATA_DIR / "storage")))
ERASURES = Path(env("ERASURES_DIR", str(DATA_DIR / "erasures")))  # to be kept off the machine too
PACKS_AT_ONCE = max(1, int(env("PACKS_AT_ONCE", "1")))  # over all workers; below their processes
COMMIT = env("COMMIT")  # what evidence packs say they were made with; else that of the .git folder

# --- Cookies, transport, sessions -----------------------------------------------------------
SESSION_ENGINE = "governance.accounts.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())  # from sign-in, whatever happens
SESSION_IDLE = timedelta(minutes=30)
SESSION_COOKIE_NAME = "muster_session" if LOCAL else "__Host-session"
CSRF_COOKIE_NAME = "muster_csrf" if LOCAL else "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not LOCAL
CSRF_COOKIE_HTTPONLY = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if LOCAL else int(timedelta(days=365).total_seconds())
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SILENCED_SYSTEM_CHECKS = [
    "security.W021",  # preloading a domain is for its owner to decide
    "drf_spectacular.W001",  # how a choice is called in the schema is no matter of deployment
]

# --- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "guardian",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "governance.common",
    "governance.ledger",
    "governance.health",
    "governance.accounts",
    "governance.rest",
    "governance.calendars",
    "governance.notices",
    "governance.checkpoints",
    "inventory.vendors",
    "inventory.systems",
    "inventory.imports",
    "governance.evidence",
    "governance.classification",
    "raci.people",
    "raci.oncall",
    "raci.matrices",
    "governance.obligations",
    "governance.incidents",
    "raci.operations",
    "governance.evaluations",
    "governance.approvals",
    "governance.documents",
    "governance.escalation",
    "governance.pipelines",
    "governance.crosswalk",
    "governance.retention",
    "governance.audit_packs",
    "governance.overview",
    "governance.demo",
]
MIDDLEWARE = [
    "governance.common.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "governance.common.middleware.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "governance.accounts.sessions.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "governance.checkpoints.middleware.ReadOnlyMiddleware",
    "governance.common.middleware.DomainErrorMiddleware",
    "governance.accounts.stepup_views.StepUpMiddleware",
]
ROOT_URLCONF = "governance.urls"
WSGI_APPLICATION = "governance.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "governance.overview.context.frame",
            ],
            "builtins": ["governance.common.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "governance.common.rendering.FormRenderer"

# --- Database -------------------------------------------------------------------------------
DATABASE_URL = env("DATABASE_URL", LOCAL_DATABASE)
DATABASES = {"default": database(DATABASE_URL, pool=env("DB_POOL") == "1")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People and sign-in ---------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"login": "governance.accounts.forms.SignInForm"}
ACCOUNT_ADAPTER = "governance.accounts.adapter.ClosedAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"reauthenticate": "5/5m/user"}  # as slow as guessing at the sign-in
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("TRUSTED_PROXIES", "0" if LOCAL else "1"))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

# --- Time, language, files ------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", "UTC")
LANGUAGE_CODE = "en-gb"
STATIC_URL = "/static/"
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
HASHED_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
MEDIA_ROOT = STORAGE
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": env("STATIC_BACKEND", PLAIN_STATIC if LOCAL else HASHED_STATIC)},
}
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["br", "gz", "map", "png", "ttf", "woff2"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_MAX_BYTES = int(env("IMPORT_MAX_BYTES", str(100 * 1024 * 1024)))

# --- Browser policy -------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = fixed.CONTENT_SECURITY_POLICY
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- Mail -----------------------------------------------------------------------------------
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = int(env("EMAIL_PORT", "587"))
EMAIL_HOST_USER = env("EMAIL_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_PASSWORD")
EMAIL_USE_TLS = env("EMAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
MAILER = "smtp" if EMAIL_HOST else "console" if LOCAL else "dummy"  # no reset links in logs
EMAIL_BACKEND = f"django.core.mail.backends.{MAILER}.EmailBackend"
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", "muster@localhost")

# --- Webhooks -------------------------------------------------------------------------------
WEBHOOK_PRIVATE = env("WEBHOOK_PRIVATE", "1" if LOCAL else "0") == "1"  # http, and our own network
WEBHOOK_PORTS = env_list("WEBHOOK_PORTS", "443")

# --- Decisions for pipelines ----------------------------------------------------------------
DECISION_KEY = Path(env("DECISION_KEY_FILE", str(DATA_DIR / "decisions.key")))  # signs them

# --- Seal of evidence packs -----------------------------------------------------------------
SEAL_KEY = Path(env("SEAL_KEY_FILE", str(DATA_DIR / "seal.pem")))  # or .p12; made if it is missing
SEAL_KEY_PASSWORD = env("SEAL_KEY_PASSWORD")
TIMESTAMP_URL = env("TIMESTAMP_URL")  # RFC 3161; without one no third party tells the time
TIMESTAMP_CA = Path(env("TIMESTAMP_CA_FILE", str(DATA_DIR / "timestamp-ca.pem")))

# --- Checkpoints of the ledger --------------------------------------------------------------
LOG_KEY_FILE = Path(env("LOG_KEY_FILE", str(DATA_DIR / "log.key")))  # signs them
LOG_SIGNER = env("LOG_SIGNER")  # unix:SOCKET of run_signer, or pkcs11:MODULE; else the file
LOG_PIN_FILE = Path(env("LOG_PIN_FILE", str(DATA_DIR / "log.pin")))  # opens the PKCS#11 token
LOG_ORIGIN = env("LOG_ORIGIN")  # the log's name for all time; made with the key when empty
CHECKPOINT_SINKS = env("CHECKPOINT_SINKS").split()  # places outside: file:, s3:, mailto:, witness:
CHECKPOINT_TARGET_MINUTES = int(env("CHECKPOINT_TARGET_MINUTES", "5"))  # alarm at twice that
CHECKPOINT_MAIL_HOURS = int(env("CHECKPOINT_MAIL_HOURS", "24"))
CHECKPOINT_PRIVATE = env("CHECKPOINT_PRIVATE", "1" if LOCAL else "0") == "1"  # our own network
CHECKPOINT_S3 = {
    "endpoint": env("CHECKPOINT_S3_ENDPOINT"),
    "region": env("CHECKPOINT_S3_REGION"),
    "lock": env("CHECKPOINT_S3_LOCK", "COMPLIANCE"),
    "days": int(env("CHECKPOINT_S3_DAYS", "3650")),
    "key_id": env("AWS_ACCESS_KEY_ID"),
    "secret": env("AWS_SECRET_ACCESS_KEY"),
}

# --- REST -----------------------------------------------------------------------------------
TOKEN_PEPPER = env("TOKEN_PEPPER", SECRET_KEY)  # outside the database: a dump alone opens nothing
REST_FRAMEWORK, SPECTACULAR_SETTINGS = fixed.REST_FRAMEWORK, fixed.SPECTACULAR_SETTINGS

# --- Logs -----------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "governance.common.logs.JsonFormatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": env("LOG_LEVEL", "WARNING")},
}

# --- Broker ---------------------------------------------------------------------------------
# pgmq://database is the database itself; amqp:// RabbitMQ with quorum queues; redis:// Valkey.
CELERY_BROKER_URL = env("BROKER_URL", "pgmq://database")
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL, DATABASE_URL)
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it takes
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
if CELERY_BROKER_URL.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = HOLD_SECONDS - 900
CELERY_TASK_TIME_LIMIT = HOLD_SECONDS - 600  # a task ends before the broker hands it out again
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 700_000  # kilobytes; a child over it ends after its task
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "governance.beat:Scheduler"
CELERY_BEAT_SCHEDULE = SCHEDULE
