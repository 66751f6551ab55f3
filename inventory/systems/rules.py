"""Stages, roles and vocabularies of an AI system."""

from enum import StrEnum


class Stage(StrEnum):
    IDEA = "idea"
    PILOT = "pilot"
    LIMITED = "limited"
    PRODUCTION = "production"
    PAUSED = "paused"
    RETIRED = "retired"


class OurRole(StrEnum):
    """Roles under the AI Act (Art. 3(3)-(8))."""

    PROVIDER = "provider"
    DEPLOYER = "deployer"
    IMPORTER = "importer"
    DISTRIBUTOR = "distributor"
    AUTHORISED_REPRESENTATIVE = "authorised_representative"
    PRODUCT_MANUFACTURER = "product_manufacturer"


class Architecture(StrEnum):
    SINGLE_MODEL = "single_model"
    SINGLE_AGENT = "single_agent"
    MULTI_AGENT = "multi_agent"
    WORKFLOW = "workflow"
    UNKNOWN = "unknown"


class DataCategory(StrEnum):
    NONE_PERSONAL = "no_personal_data"
    PERSONAL = "personal"
    SPECIAL = "special_category"
    HEALTH = "health"
    CHILDREN = "children"
    BIOMETRIC = "biometric"
    FINANCIAL = "financial"
    CONFIDENTIAL = "confidential_business"


class People(StrEnum):
    """Who is affected by what the system does."""

    CUSTOMERS = "customers"
    EMPLOYEES = "employees"
    APPLICANTS = "applicants"
    PATIENTS = "patients"
    STUDENTS = "students"
    PUBLIC = "public"
    NONE = "nobody"


class Origin(StrEnum):
    MANUAL = "manual"
    IMPORT = "import"
    API = "api"
