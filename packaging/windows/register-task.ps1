# Registers the monthly job with Windows Task Scheduler; see docs/guide/running-monthly.md.
#   powershell -ExecutionPolicy Bypass -File register-task.ps1 -Project D:\Groundswell\groundswell.toml
param(
    [Parameter(Mandatory)] [string] $Project,
    [string] $Program = 'C:\Program Files\Groundswell\groundswell.exe',
    [string] $At = '06:15'
)
$ErrorActionPreference = 'Stop'
foreach ($file in $Program, $Project) {
    if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { throw "not there: $file" }
}
$action   = New-ScheduledTaskAction -Execute $Program -Argument ('run "{0}" --quiet' -f $Project)
$trigger  = New-ScheduledTaskTrigger -Daily -At $At
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 4)
Register-ScheduledTask -TaskName 'Groundswell' -Action $action -Trigger $trigger -Settings $settings
